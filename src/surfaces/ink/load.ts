/** Loads the screen: late, because React takes its time, and as React's production build. */
export async function loadInk(): Promise<typeof import("./run.tsx")> {
  const { NODE_ENV } = process.env;
  // React looks at it once, when it is loaded; the programs that are started later get what the user has.
  process.env.NODE_ENV = "production";
  try {
    return await import("./run.tsx");
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
}
