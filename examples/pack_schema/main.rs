//! Packs the CloudFormation schemas of an unpacked `cfn-lint` wheel into `src/inventory/schema/cfn-schema.bin`.
//!
//! `own` in place of the folder packs the types of fasscan's own, `own.json` beside it, into `own-schema.bin`.
//!
//! A development tool: `cargo run --example pack_schema -- UNPACKED_WHEEL_DIR|own [OUTPUT]`. See `docs/schema.md`.

mod pack;

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

const OUTPUT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/inventory/schema/cfn-schema.bin");
const OWN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/inventory/schema/own.json");
const OWN_OUTPUT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/inventory/schema/own-schema.bin");
/// A region map of the transform, not of a region: its types exist only before the transform has run.
const SAM: &str = "sam";
/// Its schema counts where regions differ, because it has nearly every type first.
const FIRST: &str = "us-east-1";

#[allow(clippy::print_stdout, reason = "a tool that says what it wrote")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let wheel = PathBuf::from(arguments.next().ok_or("usage: pack_schema UNPACKED_WHEEL_DIR|own [OUTPUT]")?);
    let own = wheel.as_os_str() == "own";
    let output = arguments.next().map_or_else(|| PathBuf::from(if own { OWN_OUTPUT } else { OUTPUT }), PathBuf::from);
    let catalogue = if own { pack::own(&fs::read_to_string(OWN)?)? } else { read_wheel(&wheel)? };
    let packed = pack::pack(&catalogue)?;
    fs::write(&output, &packed)?;
    println!("{}: {} resource types, {} bytes", catalogue.source, catalogue.resources.len(), packed.len());
    Ok(())
}

fn read_wheel(wheel: &Path) -> Result<pack::Catalogue, Box<dyn Error>> {
    let data = wheel.join("cfnlint/data/schemas");
    let mut maps = BTreeMap::new();
    for entry in fs::read_dir(data.join("providers"))? {
        let path = entry?.path();
        if let (Some("json"), Some(region)) = (path.extension().and_then(|e| e.to_str()), path.file_stem()) {
            maps.insert(region.to_string_lossy().into_owned(), read_json(&path)?);
        }
    }
    let regions: Vec<String> = maps.keys().filter(|region| *region != SAM).cloned().collect();
    let mut found: BTreeMap<String, (String, Vec<usize>)> = BTreeMap::new();
    let first = maps.get(FIRST).into_iter();
    for (name, hash) in first.chain(maps.values()).filter_map(Value::as_object).flatten() {
        let hash = hash.as_str().ok_or_else(|| format!("the region maps do not name a file for {name}"))?;
        found.entry(name.clone()).or_insert_with(|| (hash.to_owned(), Vec::new()));
    }
    for (index, region) in regions.iter().enumerate() {
        for name in maps.get(region).and_then(Value::as_object).into_iter().flat_map(|map| map.keys()) {
            found.entry(name.clone()).and_modify(|(_, regions)| regions.push(index));
        }
    }
    let mut resources = Vec::new();
    for (name, (hash, regions)) in found {
        let schema = read_json(&data.join("resources").join(format!("{hash}.json")))?;
        resources.push(pack::Resource { name, regions, schema });
    }
    Ok(pack::Catalogue { source: source(wheel, &data)?, regions, resources })
}

fn source(wheel: &Path, data: &Path) -> Result<String, Box<dyn Error>> {
    let names = fs::read_dir(wheel)?.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()));
    let version = names
        .filter_map(|name| Some(name.strip_prefix("cfn_lint-")?.strip_suffix(".dist-info")?.to_owned()))
        .next()
        .ok_or("no cfn_lint-*.dist-info: not an unpacked wheel of cfn-lint")?;
    let stamp = read_json(&data.join("version.json"))?;
    let date = stamp.get("schema_date").and_then(Value::as_str).and_then(|stamp| stamp.get(..10));
    let date = date.ok_or("version.json has no schema_date")?;
    Ok(format!("cfn-lint {version} (MIT-0), CloudFormation registry schemas of {date}"))
}

fn read_json(path: &Path) -> Result<Value, Box<dyn Error>> {
    let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_slice(&bytes).map_err(|error| format!("{}: {error}", path.display()).into())
}
