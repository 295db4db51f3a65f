import { clean } from "../../../core/text.ts";
import { lineSpans } from "../../../screen/detail.ts";
import { span } from "../../../screen/span.ts";
import type { Opened } from "../../../screen/state.ts";
import { Row } from "../parts/row.tsx";
import { Rows } from "../parts/rows.tsx";
import type { PageProps } from "./page.ts";

/** All of a failure, a test or a log line, to scroll in. */
export function Detail({ opened, ...props }: PageProps & { readonly opened: Opened }) {
  const { snapshot, screen, pages, window, height, width } = props;
  const lines = pages.lines(opened, snapshot.content, width);
  const rows = Math.max(0, height - 1);
  const last = Math.min(lines.length, window.top + rows);
  const where = lines.length > rows ? `  lines ${window.top + 1}-${last} of ${lines.length}` : "";
  return (
    <>
      <Row spans={[span(clean(titleOf(opened)), "title"), span(where, "dim")]} width={width} />
      <Rows
        line={(index) => lineSpans(lines[index])}
        top={window.top}
        height={rows}
        width={width}
        search={screen.search}
      />
    </>
  );
}

function titleOf(opened: Opened): string {
  switch (opened.kind) {
    case "source":
      return opened.path;
    case "text":
      return opened.title;
    case "detail":
      return opened.item.kind === "test" ? opened.item.key : "What is wrong";
  }
}
