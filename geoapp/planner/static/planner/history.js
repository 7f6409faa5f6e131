// Undo and redo as a list of states. Pure.

/** Make a history that starts at `initial`; states are kept as given and must not be changed afterwards. */
export function makeHistory(initial, limit = 200) {
  let past = [];
  let present = initial;
  let future = [];
  return {
    get current() {
      return present;
    },
    get canUndo() {
      return past.length > 0;
    },
    get canRedo() {
      return future.length > 0;
    },
    push(state) {
      past = [...past, present].slice(-limit);
      present = state;
      future = [];
      return present;
    },
    undo() {
      if (past.length) {
        future = [present, ...future];
        present = past.at(-1);
        past = past.slice(0, -1);
      }
      return present;
    },
    redo() {
      if (future.length) {
        past = [...past, present];
        [present, ...future] = future;
      }
      return present;
    },
  };
}
