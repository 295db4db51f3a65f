import { useEffect, useState } from "react";

/** Milliseconds between two looks at the clock. */
const TICK = 100;

/** Epoch milliseconds, ticking while `running`; at rest nothing ticks and nothing is drawn. */
export function useNow(running: boolean, clock: () => number): number {
  const [now, setNow] = useState(clock);
  useEffect(() => {
    if (!running) return undefined;
    setNow(clock());
    const timer = setInterval(() => setNow(clock()), TICK);
    return () => clearInterval(timer);
  }, [running, clock]);
  return now;
}
