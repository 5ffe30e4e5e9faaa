export const add = (first: number, second: number): number => first + second;
