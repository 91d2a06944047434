export function addRestore(): void {}
