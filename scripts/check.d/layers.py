"""Which layer a target belongs to, and which layers it may use: the one place that says so.

Within a layer nobody uses anybody. Tests may use everything.
"""

LAYERS = {
    "C": ["CArticles", "CLinux", "CMicroHTTPD", "CSQLiteShim", "CZlib"],
    "kit": ["BaseKit"],
    "listener": ["HTTPListener"],
    "exporter": ["MetricsExporter"],
    "wire": ["Visengine"],
    "core": ["RicevutaCore"],
    "flow": ["Pipeline"],
    "adapters": ["CallbackJournal", "FileArchive", "SQLiteLedger", "Sinks", "VisengineClient"],
    "admin": ["AdminEndpoints"],
    "configuration": ["RicevutaConfiguration"],
    "sandbox": ["VisengineSandbox"],
    "program": ["ricevuta"],
    "sandbox program": ["visengine-sandbox"],
}

MAY_USE = {
    "C": [],
    "kit": ["C"],
    "listener": ["C"],
    "exporter": [],
    "wire": ["kit"],
    "core": ["kit", "wire"],
    "flow": ["kit", "wire", "core"],  # Ports of the core only: what implements them is the program's choice.
    "adapters": ["C", "kit", "wire", "core"],  # Never each other.
    "admin": ["kit", "core", "listener", "exporter"],
    "configuration": ["kit", "wire", "core"],  # What adapters can be told, they declare, and the program hands over.
    "sandbox": ["kit", "wire", "listener"],
    "program": [name for name in LAYERS if not name.startswith("sandbox")],
    "sandbox program": ["kit", "listener", "wire", "sandbox"],
}


def layer(target):
    return next((name for name, targets in LAYERS.items() if target in targets), None)


def may_use(target, other):
    """Whether one target may use another."""
    return layer(other) in MAY_USE[layer(target)]
