export function addUser(): void {}
