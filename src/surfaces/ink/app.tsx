import { Box } from "ink";
import { useState } from "react";
import { reviveMeans } from "../../core/cycle/revive.ts";
import type { EngineView, Snapshot } from "../../engine/view.ts";
import type { ViewContext } from "../../screen/context.ts";
import { frameOf } from "../../screen/frame.ts";
import { createLists } from "../../screen/lists.ts";
import { createPages, paneOf } from "../../screen/panes.ts";
import { settlePlace } from "../../screen/scroll.ts";
import { currentPlace, type ViewState } from "../../screen/state.ts";
import { type Away, useActions } from "./hooks/use-actions.ts";
import { useKeyboard } from "./hooks/use-keyboard.ts";
import { useNow } from "./hooks/use-now.ts";
import { useSize } from "./hooks/use-size.ts";
import { useSnapshot } from "./hooks/use-snapshot.ts";
import { useSource } from "./hooks/use-source.ts";
import { useView } from "./hooks/use-view.ts";
import { Footer } from "./parts/footer.tsx";
import { Header } from "./parts/header.tsx";
import { Last } from "./parts/last.tsx";
import { Now } from "./parts/now.tsx";
import { ProblemBox } from "./parts/problem-box.tsx";
import { Tabs } from "./parts/tabs.tsx";
import { HELP } from "./screens/help.tsx";
import { Screen } from "./screens/screen.tsx";
import { ThemeContext, themeOf } from "./theme.tsx";

export interface AppProps extends Away {
  readonly engine: EngineView;
  readonly version: string;
  readonly color: boolean;
  /** Epoch milliseconds. */
  readonly clock?: () => number;
  /** Milliseconds between two frames of a run; 0: each change is drawn. */
  readonly pause?: number;
}

const PAUSE = 33;

/** The whole screen: at most as many rows as the terminal has. */
export function App({ engine, version, color, editor, suspend, clock = Date.now, pause = PAUSE }: AppProps) {
  const snapshot = useSnapshot(engine, pause);
  const { rows, columns: width } = useSize();
  const [lists] = useState(createLists);
  const [pages] = useState(createPages);
  const paneFor = (view: ViewState, { session }: Snapshot) => {
    const { body } = frameOf(view, session, lists, rows).layout;
    return paneOf(view, { session, lists, pages, source, body, columns: width, helpLines: HELP.length });
  };
  const context = (): ViewContext => {
    const now = engine.getSnapshot();
    return {
      session: now.session,
      running: isRunning(now),
      paused: now.state.paused,
      revive: reviveMeans(now.state),
      lists,
      pane: (view) => paneFor(view, now),
    };
  };
  const perform = useActions(engine, { editor, suspend }, (text) => send({ type: "notice", text }));
  const { view, latest, send } = useView(context, perform);
  const source = useSource(engine, view.opened, snapshot.session.report?.cycle ?? 0);
  useKeyboard(() => latest().input !== null, send);
  const now = useNow(snapshot.state.progress !== null, clock);
  const { layout, problem } = frameOf(view, snapshot.session, lists, rows);
  const pane = paneFor(view, snapshot);
  const { session } = snapshot;
  return (
    <ThemeContext value={themeOf(color)}>
      <Box flexDirection="column" width={width} height={rows}>
        {layout.header === 1 && <Header version={version} snapshot={snapshot} width={width} />}
        {layout.now === 1 && <Now snapshot={snapshot} now={now} width={width} />}
        {layout.last === 1 && <Last session={session} width={width} />}
        {layout.tabs === 1 && <Tabs view={view} session={session} width={width} />}
        {problem !== null && layout.problem > 0 && (
          <ProblemBox problem={problem} height={layout.problem} width={width} />
        )}
        <Screen
          snapshot={snapshot}
          view={view}
          lists={lists}
          pages={pages}
          pane={pane}
          window={settlePlace(currentPlace(view), pane)}
          source={source}
          height={layout.body}
          width={width}
        />
        {layout.footer === 1 && (
          <Footer
            view={view}
            running={isRunning(snapshot)}
            gone={reviveMeans(snapshot.state) === "start"}
            width={width}
          />
        )}
      </Box>
    </ThemeContext>
  );
}

/** Whether c has something to cancel. */
function isRunning({ state }: Snapshot): boolean {
  return state.phase !== "idle" && state.phase !== "start" && state.phase !== "stopped";
}
