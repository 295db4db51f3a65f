import { Box } from "ink";
import { useState } from "react";
import { startAnewMeans } from "../../core/cycle/start-anew.ts";
import type { EngineHandle, Snapshot } from "../../engine/handle.ts";
import type { ScreenContext } from "../../screen/context.ts";
import { frameOf } from "../../screen/frame.ts";
import { createLists } from "../../screen/lists.ts";
import { createPages, paneOf } from "../../screen/panes.ts";
import { settlePlace } from "../../screen/scroll.ts";
import { currentPlace, type ScreenState } from "../../screen/state.ts";
import { type TerminalUses, useActions } from "./hooks/use-actions.ts";
import { useKeyboard } from "./hooks/use-keyboard.ts";
import { useNow } from "./hooks/use-now.ts";
import { useScreen } from "./hooks/use-screen.ts";
import { useSize } from "./hooks/use-size.ts";
import { useSnapshot } from "./hooks/use-snapshot.ts";
import { useSource } from "./hooks/use-source.ts";
import { Filters } from "./parts/filters.tsx";
import { Footer } from "./parts/footer.tsx";
import { Header } from "./parts/header.tsx";
import { Last } from "./parts/last.tsx";
import { Now } from "./parts/now.tsx";
import { ProblemBox } from "./parts/problem-box.tsx";
import { Tabs } from "./parts/tabs.tsx";
import { HELP } from "./screens/help.tsx";
import { Screen } from "./screens/screen.tsx";
import { ThemeContext, themeOf } from "./theme.tsx";

export interface AppProps extends TerminalUses {
  readonly engine: EngineHandle;
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
  const paneFor = (screen: ScreenState, { content }: Snapshot) => {
    const { body } = frameOf(screen, content, lists, { rows, columns: width }).layout;
    return paneOf(screen, { content, lists, pages, source, body, columns: width, helpLines: HELP.length });
  };
  const context = (): ScreenContext => {
    const now = engine.getSnapshot();
    return {
      content: now.content,
      running: isRunning(now),
      paused: now.state.paused,
      startAnewMeans: startAnewMeans(now.state),
      lists,
      pane: (screen) => paneFor(screen, now),
    };
  };
  const perform = useActions(engine, { editor, suspend }, (text) => send({ type: "notice", text }));
  const { screen, latest, send } = useScreen(context, perform);
  const source = useSource(engine, screen.opened, snapshot);
  useKeyboard(latest, send);
  const now = useNow(snapshot.state.progress !== null, clock);
  const frame = frameOf(screen, snapshot.content, lists, { rows, columns: width });
  const { layout } = frame;
  const pane = paneFor(screen, snapshot);
  const { content } = snapshot;
  return (
    <ThemeContext value={themeOf(color)}>
      <Box flexDirection="column" width={width} height={rows}>
        {layout.header === 1 && <Header version={version} snapshot={snapshot} width={width} />}
        {layout.now === 1 && (
          <Now snapshot={snapshot} now={now} isFirst={layout.header === 0} width={width} />
        )}
        {layout.last === 1 && <Last snapshot={snapshot} delta={lists.delta(content, screen)} width={width} />}
        {layout.tabs === 1 && <Tabs screen={screen} content={content} width={width} />}
        {layout.filters === 1 && (
          <Filters screen={screen} base={content.changed?.base ?? null} width={width} />
        )}
        <ProblemBox box={frame.box} severity={frame.severity} width={width} />
        <Screen
          snapshot={snapshot}
          screen={screen}
          lists={lists}
          pages={pages}
          pane={pane}
          window={settlePlace(currentPlace(screen), pane)}
          source={source}
          height={layout.body}
          width={width}
        />
        {layout.footer === 1 && (
          <Footer
            screen={screen}
            running={isRunning(snapshot)}
            gone={startAnewMeans(snapshot.state) === "start"}
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
