import type { View } from "../../../screen/command.ts";
import { Coverage } from "./coverage.tsx";
import { Detail } from "./detail.tsx";
import { Failures } from "./failures.tsx";
import { Help } from "./help.tsx";
import { Log } from "./log.tsx";
import type { PageProps } from "./page.ts";
import { SourcePage } from "./source.tsx";
import { Tests } from "./tests.tsx";
import { Timings } from "./timings.tsx";

const LISTS = {
  coverage: Coverage,
  failures: Failures,
  tests: Tests,
  log: Log,
  timings: Timings,
} as const satisfies Record<View, unknown>;

/** The page that is shown. */
export function Screen(props: PageProps) {
  const { screen } = props;
  if (props.height < 1) return null;
  if (screen.help !== null) return <Help {...props} />;
  if (screen.opened?.kind === "source") return <SourcePage {...props} path={screen.opened.path} />;
  if (screen.opened !== null) return <Detail {...props} opened={screen.opened} />;
  const List = LISTS[screen.view];
  return <List {...props} />;
}
