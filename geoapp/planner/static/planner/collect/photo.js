// A photo made small on the phone: at most 1600 px a side, JPEG drawn anew, so that the camera's EXIF stays behind.

const EDGE_PX = 1600;
const QUALITY = 0.82;

/** The size a picture gets: whole pixels, never larger than it was. Pure. */
export function sizeFor(width, height, edge = EDGE_PX) {
  const factor = Math.min(1, edge / Math.max(width, height));
  return [Math.max(1, Math.round(width * factor)), Math.max(1, Math.round(height * factor))];
}

/** Return a file from the camera as a small JPEG blob. Throws when it is no picture. */
export async function shrink(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const [width, height] = sizeFor(bitmap.width, bitmap.height);
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d").drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const blob = await new Promise((resolve) => {
    canvas.toBlob(resolve, "image/jpeg", QUALITY);
  });
  if (!blob) {
    throw new TypeError("the picture could not be drawn");
  }
  return blob;
}
