"""Made-up data of a source file: what a tracer could have seen of it, a part of it by chance."""

import dis


def arcs_of(path, chance):
    """Some raw arcs of a file, as a tracer sees them (unmapped lines); empty where it does not compile.

    `chance` is a random.Random. Code runs or not; of what runs, lines follow each other as in the
    bytecode, or jump. A few arcs are none of these: generators, exceptions and other tracers have such.
    """
    found = set()
    for code in codes_of(path):
        if chance.random() < 0.25:
            continue
        share = chance.choice((0.3, 0.7, 0.95, 1.0))
        found.update(arc for arc in sorted(possible(code)) if chance.random() < share)
        lines = sorted(set(lines_of(code)))
        if lines and chance.random() < 0.1:
            found.add((chance.choice(lines), chance.choice(lines)))
    return found


def codes_of(path):
    try:
        with open(path, "rb") as file:
            waiting = [compile(file.read(), path, "exec", dont_inherit=True)]
    except (SyntaxError, ValueError, RecursionError):
        return
    while waiting:
        code = waiting.pop()
        yield code
        waiting += [one for one in code.co_consts if isinstance(one, type(code))]


def lines_of(code):
    return [line for _, line in dis.findlinestarts(code) if line]


def possible(code):
    """From line to line, in and out, and where its jumps go."""
    lines, first = lines_of(code), code.co_firstlineno
    if not lines:
        return set()
    found = {(-first, lines[0]), (lines[-1], -first), *zip(lines, lines[1:])}
    found.update((line, -first) for line in lines[1::3])
    starts = {offset: line for offset, line in dis.findlinestarts(code) if line}
    at, jumps = {}, []
    line = lines[0]
    for step in dis.get_instructions(code):
        line = starts.get(step.offset, line)
        at[step.offset] = line
        if step.opcode in dis.hasjrel or step.opcode in dis.hasjabs:
            jumps.append((line, step.argval))
    return found | {(line, at[target]) for line, target in jumps if target in at}
