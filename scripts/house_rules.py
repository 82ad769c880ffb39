#!/usr/bin/env python3
"""The rules of the house that a machine can check: who may include which library, how long files and functions may be,
words that do not belong in a finished change. Prints each offence as file:line: what, and exits 1 if there is one."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Which library headers are allowed where (first path component); tests may use what they test.
LIBRARIES = {
    r"rocksdb/": {"storage"},
    r"boost/(asio|beast)": {"net"},
    r"yaml-cpp/": {"base"},
    r"httplib\.h": {"instrumentation", "tests"},
    r"spdlog/": {"base"},
    r"CLI/": {"server"},
    r"prometheus/": {"server", "instrumentation"},
    r"gtest/|gmock/": {"tests"},
}
MAX_FILE_LINES = 600
MAX_FUNCTION_LINES = 60
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK|not (yet )?implemented|DISABLED_|for now)\b")


def tracked(*patterns):
    listed = subprocess.run(["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard", *patterns],
                            capture_output=True, text=True, check=True).stdout.split("\n")
    return [ROOT / name for name in listed if name and (ROOT / name).is_file()]


def functions(lines):
    """(first line, length) of what looks like a function body: starts with up to two blanks, ends at the same depth."""
    i = 0
    while i < len(lines):
        match = re.match(r"^( {0,2})(?!namespace|class|struct|enum|extern|union|\}|#|//)\S.*\{\s*$", lines[i])
        if match and "(" in " ".join(lines[max(0, i - 3):i + 1]):
            close = match.group(1) + "}"
            end = next((k for k in range(i + 1, len(lines)) if re.match(re.escape(close) + r"[;)]*\s*$", lines[k])), None)
            if end:
                yield i + 1, end - i
                i = end
        i += 1


def offences(path):
    relative = path.relative_to(ROOT)
    lines = path.read_text().splitlines()
    if len(lines) > MAX_FILE_LINES:
        yield f"{relative}: {len(lines)} lines ({MAX_FILE_LINES} at most)"
    if path.suffix in (".cc", ".h"):
        for number, line in enumerate(lines, 1):
            include = re.match(r'\s*#\s*include\s*[<"]([^>"]+)', line)
            if not include:
                continue
            for library, folders in LIBRARIES.items():
                if re.match(library, include.group(1)) and relative.parts[0] not in folders | {"tests"}:
                    yield f"{relative}:{number}: {include.group(1)} is for {', '.join(sorted(folders))} only"
        for first, length in functions(lines):
            if length > MAX_FUNCTION_LINES:
                yield f"{relative}:{first}: a function of {length} lines ({MAX_FUNCTION_LINES} at most)"
    if path.name != pathlib.Path(__file__).name:
        for number, line in enumerate(lines, 1):
            if UNFINISHED.search(line):
                yield f"{relative}:{number}: unfinished? {line.strip()[:100]}"


def main():
    found = [o for path in tracked("*.cc", "*.h", "*.py", "*.sh", "*.cmake", "CMakeLists.txt") for o in offences(path)]
    print("\n".join(found) if found else "house rules: kept")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
