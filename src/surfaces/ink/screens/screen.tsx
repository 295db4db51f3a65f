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

/** The page that the view state is at. */
export function Screen(props: PageProps) {
  const { view } = props;
  if (props.height < 1) return null;
  if (view.help !== null) return <Help {...props} />;
  if (view.opened?.kind === "source") return <SourcePage {...props} path={view.opened.path} />;
  if (view.opened !== null) return <Detail {...props} opened={view.opened} />;
  const List = LISTS[view.view];
  return <List {...props} />;
}
