const refuse = (): never => {
  throw new TypeError('This view is read-only. Change the state in a commit: state.commit((draft) => …).');
};

/**
 * Creates views that throw when they are written to. The same object always has the same view.
 * @param special returns the view of an object that is not plain; undefined for a plain object
 */
export function createViewer(special: (value: object) => object | undefined): <Value>(value: Value) => Value {
  const views = new WeakMap<object, object>();
  const view = <Value>(value: Value): Value => {
    if (typeof value !== 'object' || value === null) return value;
    let known = views.get(value);
    if (known === undefined) {
      known = special(value) ?? new Proxy(value, handler);
      views.set(value, known);
    }
    return known as Value;
  };
  const handler: ProxyHandler<object> = {
    get: (target, key, receiver) => view(Reflect.get(target, key, receiver)),
    set: refuse,
    deleteProperty: refuse,
    defineProperty: refuse,
    setPrototypeOf: refuse,
    preventExtensions: refuse,
  };
  return view;
}

/** A view of plain JSON. */
export const readOnly = createViewer(() => undefined);
