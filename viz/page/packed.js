// The page's data as it was before packed.py wrote what comes again only once.

function unpacked({ shared, data }) {
  const whole = (x) => {
    if (Array.isArray(x)) return x.map(whole);
    if (!x || typeof x !== "object") return x;
    return "" in x ? whole(shared[x[""]]) : Object.fromEntries(Object.entries(x).map(([key, value]) => [key, whole(value)]));
  };
  return shared.length ? whole(data) : data;
}
