/** What each tone looks like: in colour, or with NO_COLOR in weight alone. */
import chalk from "chalk";
import { createContext } from "react";
import type { Tone } from "../../screen/span.ts";

/** A text with the escape sequences of its tone around it. */
export type Paint = (text: string) => string;
export type Theme = Readonly<Record<Tone, Paint>>;

const plain: Paint = (text) => text;

const COLOUR: Theme = {
  plain,
  dim: chalk.dim,
  strong: chalk.bold,
  accent: chalk.cyan.bold,
  good: chalk.green,
  fair: chalk.yellow,
  poor: chalk.yellow.bold,
  missed: chalk.yellow,
  failed: chalk.red,
  warning: chalk.yellow,
  error: chalk.red.bold,
  title: chalk.bold,
  match: chalk.inverse,
  "block-good": chalk.black.bgGreen.bold,
  "block-bad": chalk.white.bgRed.bold,
  "block-warning": chalk.black.bgYellow.bold,
  "block-busy": chalk.black.bgCyan.bold,
};

const PLAIN: Theme = {
  ...COLOUR,
  accent: chalk.bold,
  good: plain,
  fair: plain,
  poor: plain,
  missed: plain,
  failed: plain,
  warning: plain,
  error: chalk.bold,
  "block-good": chalk.inverse,
  "block-bad": chalk.inverse.bold,
  "block-warning": chalk.inverse,
  "block-busy": chalk.inverse,
};

export function themeOf(color: boolean): Theme {
  return color ? COLOUR : PLAIN;
}

export const ThemeContext = createContext<Theme>(PLAIN);
