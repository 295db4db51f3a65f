/** Sizes as people read them. */

/** `2.1 GB`, by powers of 1000. */
export function bytes(number: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let [value, unit] = [number, 0];
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value >= 10 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
