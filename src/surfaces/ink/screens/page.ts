/** What every page gets. */
import type { Lists } from "../../../core/view/lists.ts";
import type { Pages, SourceText } from "../../../core/view/panes.ts";
import type { Pane, Window } from "../../../core/view/scroll.ts";
import type { ViewState } from "../../../core/view/state.ts";
import type { Snapshot } from "../../../engine/view.ts";

/** The source that is open, as it stands: come, or why it could not be had. */
export type Source = SourceText & { readonly message: string | null };

export interface PageProps {
  readonly snapshot: Snapshot;
  readonly view: ViewState;
  readonly lists: Lists;
  readonly pages: Pages;
  readonly pane: Pane;
  readonly window: Window;
  readonly source: Source | null;
  /** Rows that the page must fill, no more. */
  readonly height: number;
  readonly width: number;
}
