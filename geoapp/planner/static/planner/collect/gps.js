// The phone's position, in the frame, the best of a short while. Listeners hear of every change.
import { better } from "./place.js";

const OPTIONS = { enableHighAccuracy: true, maximumAge: 2000, timeout: 30_000 };

/** Follow the position: {start(forward), stop(), position, denied, listen(fn)}. */
export function makeGps(geolocation = navigator.geolocation) {
  const listeners = new Set();
  const room = {
    position: null,
    denied: false,
    watch: null,
    start(forward) {
      if (!geolocation) {
        room.denied = true;
        return;
      }
      room.stop();
      room.watch = geolocation.watchPosition(
        ({ coords, timestamp }) => {
          const [x, y] = forward([coords.longitude, coords.latitude]);
          const { longitude: lon, latitude: lat, accuracy } = coords;
          room.position = better(room.position, { x, y, lon, lat, accuracy_m: accuracy, at: timestamp });
          room.denied = false;
          listeners.forEach((tell) => tell());
        },
        (error) => {
          // A position that does not come in time is still awaited; only a refusal is final.
          room.denied = error.code === error.PERMISSION_DENIED;
          listeners.forEach((tell) => tell());
        },
        OPTIONS,
      );
    },
    stop() {
      if (room.watch !== null) {
        geolocation.clearWatch(room.watch);
        room.watch = null;
      }
    },
    listen(tell) {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
  };
  return room;
}
