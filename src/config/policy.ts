/** What of the settings decides how a cycle goes. */
import { ONCE, type Policy, WATCH } from "../core/policy.ts";
import type { Settings } from "./settings.ts";

export function policyOf(settings: Settings, watching: boolean): Policy {
  const { quietMs, onChange } = settings;
  const { requests } = settings.tests;
  if (!watching) return { ...ONCE, requests };
  return {
    ...WATCH,
    requests,
    firstQuietMs: quietMs ?? WATCH.firstQuietMs,
    quietMs: quietMs ?? WATCH.quietMs,
    onChange: onChange ?? WATCH.onChange,
  };
}
