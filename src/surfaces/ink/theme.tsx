/** What each tone looks like: in colour, or with NO_COLOR in weight alone. */
import type { TextProps } from "ink";
import { createContext } from "react";
import type { Tone } from "../../core/view/span.ts";

export type Style = Pick<TextProps, "color" | "bold" | "dimColor" | "inverse" | "underline">;
export type Theme = Readonly<Record<Tone, Style>>;

const COLOUR: Theme = {
  plain: {},
  dim: { dimColor: true },
  strong: { bold: true },
  accent: { color: "cyan", bold: true },
  good: { color: "green" },
  fair: { color: "yellow" },
  poor: { color: "red" },
  warning: { color: "yellow" },
  error: { color: "red", bold: true },
  title: { bold: true },
  match: { inverse: true },
};

const PLAIN: Theme = {
  ...COLOUR,
  accent: { bold: true },
  good: {},
  fair: {},
  poor: {},
  warning: {},
  error: { bold: true },
};

export function themeOf(color: boolean): Theme {
  return color ? COLOUR : PLAIN;
}

export const ThemeContext = createContext<Theme>(PLAIN);
