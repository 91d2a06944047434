export function addOpenapi(): void {}
