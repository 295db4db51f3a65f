/** The reports that the command line can ask for. */

/** Written by coverage.py itself. */
export const COVERAGE_KINDS = ["json", "lcov", "xml", "html"] as const;
/** Made of what the cycle has told. */
export const OWN_KINDS = ["junit", "markdown", "codequality"] as const;

export const REPORT_KINDS = [...COVERAGE_KINDS, ...OWN_KINDS] as const;

export type CoverageKind = (typeof COVERAGE_KINDS)[number];
export type OwnKind = (typeof OWN_KINDS)[number];
export type ReportKind = (typeof REPORT_KINDS)[number];

export interface WantedReport {
  readonly kind: ReportKind;
  /** A directory for `html`, else a file. Absolute. */
  readonly path: string;
}

export function isReportKind(word: string): word is ReportKind {
  return (REPORT_KINDS as readonly string[]).includes(word);
}

export function isCoverageKind(kind: ReportKind): kind is CoverageKind {
  return (COVERAGE_KINDS as readonly string[]).includes(kind);
}
