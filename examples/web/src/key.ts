const keys = new WeakMap<object, number>();
let last = 0;

/** A `key` for React: what is said once more in the same words is a new element by it, and so is read out once more. */
export function keyOf(thing: object): number {
  const key = keys.get(thing) ?? ++last;
  keys.set(thing, key);
  return key;
}
