// Which piece of a layer to fetch next. Extents are [minx, miny, maxx, maxy] in the view's units. Pure.

const contains = (a, b) => a[0] <= b[0] && a[1] <= b[1] && a[2] >= b[2] && a[3] >= b[3];
const width = (extent) => extent[2] - extent[0];

/** Enlarge an extent on each side by `share` of its own size. */
export function grown(extent, share) {
  const [dx, dy] = [(extent[2] - extent[0]) * share, (extent[3] - extent[1]) * share];
  return [extent[0] - dx, extent[1] - dy, extent[2] + dx, extent[3] + dy];
}

/**
 * Remember what was fetched, so that small moves of the map cost no request. An extent whose answer was cut
 * off at the limit counts only while the view is not much closer than it was.
 */
export function makeCovering(share = 0.5) {
  let known = [];
  const same = (extent) => (entry) => entry.extent.every((value, i) => value === extent[i]);
  return {
    wanted(view) {
      const covered = known.some(
        (entry) => contains(entry.extent, view) && (!entry.cut || width(view) > entry.viewWidth * 0.7),
      );
      if (covered) {
        return [];
      }
      const extent = grown(view, share);
      known.push({ extent, viewWidth: width(view), cut: false });
      return [extent];
    },
    cut(extent) {
      known.filter(same(extent)).forEach((entry) => {
        entry.cut = true;
      });
    },
    failed(extent) {
      known = known.filter((entry) => !same(extent)(entry));
    },
  };
}

/** The path of one page of a layer; `bbox` in lon, lat or null for the whole layer. */
export function itemsPath(layer, bbox, limit = 1000) {
  const box = bbox ? `bbox=${bbox.map((value) => Number(value.toFixed(6))).join(",")}&` : "";
  return `/ogc/collections/${layer}/items?${box}limit=${limit}&f=json`;
}

/** The path of the next page named in an answer's links, on our own server; null at the end. */
export function nextPath(answer, base) {
  const href = answer.links?.find((link) => link.rel === "next")?.href;
  if (!href) {
    return null;
  }
  const url = new URL(href, base);
  return `${url.pathname}${url.search}`;
}
