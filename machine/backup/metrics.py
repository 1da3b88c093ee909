"""Metrics for Prometheus' node exporter, as text files that are replaced atomically."""
import os
import tempfile

DIRECTORY = os.environ.get("RINGO_METRICS", "/var/lib/prometheus/node-exporter")


def write(name, figures):
    """`figures`: (metric, help, type, {label: value}, value); a value of None is left out."""
    lines, seen = [], set()
    for metric, about, kind, labels, value in figures:
        if value is None:
            continue
        if metric not in seen:
            lines += [f"# HELP {metric} {about}", f"# TYPE {metric} {kind}"]
            seen.add(metric)
        pairs = ",".join(f'{label}="{text}"' for label, text in labels.items())
        lines.append(f"{metric}{'{' + pairs + '}' if pairs else ''} {value}")
    os.makedirs(DIRECTORY, exist_ok=True)
    descriptor, path = tempfile.mkstemp(dir=DIRECTORY, prefix=f".{name}.")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write("\n".join(lines) + "\n")
        os.chmod(path, 0o644)
        os.replace(path, f"{DIRECTORY}/{name}.prom")
    except OSError:
        os.unlink(path)  # or each attempt on a full disk would leave one
        raise
