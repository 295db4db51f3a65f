/** Waits until a promise has settled or nobody wants to wait any longer; whether it has. Rejects as it does. */
export async function settled(promise: Promise<unknown>, enough: AbortSignal): Promise<boolean> {
  if (enough.aborted) return false;
  const given = Promise.withResolvers<boolean>();
  const giveUp = () => given.resolve(false);
  enough.addEventListener("abort", giveUp, { once: true });
  try {
    return await Promise.race([promise.then(() => true), given.promise]);
  } finally {
    enough.removeEventListener("abort", giveUp);
  }
}
