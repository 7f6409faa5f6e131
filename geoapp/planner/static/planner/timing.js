// Waiting and overtaking: run late, run once, and never show an answer that a newer question has overtaken.

/** Return a function that runs `work` with its last arguments `delay` ms after the last call; `.cancel()`. */
export function debounce(work, delay) {
  let timer = null;
  const wrapped = (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = null;
      work(...args);
    }, delay);
  };
  wrapped.cancel = () => {
    clearTimeout(timer);
    timer = null;
  };
  return wrapped;
}

/**
 * Wrap an asynchronous `ask(argument, signal)`: each call aborts the one before. Resolves to {value} or, when
 * overtaken, to {stale: true}; other errors are passed on.
 */
export function latestOnly(ask) {
  let controller = null;
  const wrapped = async (argument) => {
    controller?.abort();
    const mine = new AbortController();
    controller = mine;
    try {
      const value = await ask(argument, mine.signal);
      return mine.signal.aborted ? { stale: true } : { value };
    } catch (error) {
      if (mine.signal.aborted) {
        return { stale: true };
      }
      throw error;
    }
  };
  wrapped.cancel = () => controller?.abort();
  return wrapped;
}
