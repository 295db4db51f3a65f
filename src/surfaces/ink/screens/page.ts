/** What every page gets. */

import type { Snapshot } from "../../../engine/handle.ts";
import type { Lists } from "../../../screen/lists.ts";
import type { Pages, SourceText } from "../../../screen/panes.ts";
import type { Pane, Window } from "../../../screen/scroll.ts";
import type { ScreenState } from "../../../screen/state.ts";

/** The source that is open, as it stands: come, or why it could not be had. */
export type Source = SourceText & { readonly message: string | null };

export interface PageProps {
  readonly snapshot: Snapshot;
  readonly screen: ScreenState;
  readonly lists: Lists;
  readonly pages: Pages;
  readonly pane: Pane;
  readonly window: Window;
  readonly source: Source | null;
  /** Rows that the page must fill, no more. */
  readonly height: number;
  readonly width: number;
}
