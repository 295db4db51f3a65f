/** What every page gets. */

import type { Snapshot } from "../../../engine/handle.ts";
import type { Lists } from "../../../screen/lists.ts";
import type { Pages } from "../../../screen/panes.ts";
import type { Pane, Window } from "../../../screen/scroll.ts";
import type { ShownSource } from "../../../screen/source.ts";
import type { ScreenState } from "../../../screen/state.ts";

export interface PageProps {
  readonly snapshot: Snapshot;
  readonly screen: ScreenState;
  readonly lists: Lists;
  readonly pages: Pages;
  readonly pane: Pane;
  readonly window: Window;
  readonly source: ShownSource | null;
  /** Rows that the page must fill, no more. */
  readonly height: number;
  readonly width: number;
}
