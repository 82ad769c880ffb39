"""The table: one row per measure, one column per server, the ratios that are aimed at, and whether they are met."""
import dataclasses

from processes import Failed

OURS, PROMETHEUS, VICTORIA = "narthex", "prometheus", "victoria-metrics"
SHORT = {PROMETHEUS: "P", VICTORIA: "V"}


@dataclasses.dataclass
class Row:
    """`aims` says per peer how much of its number ours may be at most; `limit` what ours may be, whatever theirs are."""
    name: str
    values: dict
    aims: dict = dataclasses.field(default_factory=dict)
    limit: float = None
    digits: int = 2
    note: str = ""

    def value(self, system):
        """The number, or None."""
        value = self.values.get(system)
        return None if isinstance(value, Failed) else value

    def ratio(self, peer):
        ours, theirs = self.value(OURS), self.value(peer)
        return ours / theirs if ours is not None and theirs else None

    def verdict(self):
        """'' where nothing is aimed at, else 'met' or what was missed."""
        if not self.aims and self.limit is None:
            return ""
        missed = [SHORT[peer] for peer, aim in self.aims.items()
                  if self.ratio(peer) is None or self.ratio(peer) > aim]
        if self.limit is not None and (self.value(OURS) is None or self.value(OURS) > self.limit):
            missed.append("limit")
        return f"MISSED {' '.join(missed)}" if missed else "met"

    def cell(self, system):
        value = self.values.get(system)
        if isinstance(value, Failed):
            return "failed"
        return "-" if value is None else f"{value:,.{self.digits}f}"

    def aim_text(self):
        parts = [f"{SHORT[peer]} {ratio_text(aim)}" for peer, aim in self.aims.items()]
        if self.limit is not None:
            parts.append(f"<= {self.limit:.{self.digits}f}")
        return ", ".join(parts)


def ratio_text(ratio):
    if ratio is None:
        return "-"
    if ratio == 0:
        return "0"
    return f"1/{1 / ratio:.3g}" if ratio < 1 else f"{ratio:.3g}"


def render(sections, systems):
    """Lines of text; `sections` is a list of (title, rows)."""
    header = ["measure", *systems, "to P", "to V", "aim", ""]
    lines, failures = [header], []
    for title, rows in sections:
        lines.append([f"-- {title}"])
        for row in rows:
            lines.append(["   " + row.name, *(row.cell(system) for system in systems), ratio_text(row.ratio(PROMETHEUS)),
                          ratio_text(row.ratio(VICTORIA)), row.aim_text(), row.verdict()])
            failures += [(title.split(":")[0], row.name, system, row.values[system]) for system in systems
                         if isinstance(row.values.get(system), Failed)]
    widths = [max(len(line[i]) for line in lines if len(line) > 1) for i in range(len(header))]
    out = []
    for line in lines:
        if len(line) == 1:
            out.append(line[0])
        else:
            out.append("  ".join(cell.ljust(width) if i in (0, len(line) - 2, len(line) - 1) else cell.rjust(width)
                                 for i, (cell, width) in enumerate(zip(line, widths))).rstrip())
    seen = {}
    for title, name, system, failure in failures:
        seen.setdefault((title, system, str(failure)), []).append(name)
    if seen:
        out.append("Failed:")
    out += [f"  {title}: {system}: {reason} ({', '.join(names) if len(names) < 4 else f'{len(names)} rows'})"
            for (title, system, reason), names in seen.items()]
    out += [f"Note on {row.name}: {row.note}" for _, rows in sections for row in rows if row.note]
    return out


def as_json(sections, systems):
    def plain(value):
        return {"failed": str(value)} if isinstance(value, Failed) else value

    return [{"section": title, "measure": row.name, **{system: plain(row.values.get(system)) for system in systems},
             "ratio_prometheus": row.ratio(PROMETHEUS), "ratio_victoria_metrics": row.ratio(VICTORIA),
             "aims": {**row.aims, **({"limit": row.limit} if row.limit is not None else {})},
             "verdict": row.verdict()} for title, rows in sections for row in rows]
