//! From JSON Schemas to the flat catalogue that `inventory::schema` reads; the layout is described there.

mod graph;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use graph::{Graph, HAS_ENUM, Node, branches, class, minimise};

/// What is packed.
pub(crate) struct Catalogue {
    /// Name, version, licence and date of the source.
    pub(crate) source: String,
    /// At most 64.
    pub(crate) regions: Vec<String>,
    pub(crate) resources: Vec<Resource>,
}

/// One resource type.
pub(crate) struct Resource {
    pub(crate) name: String,
    /// Indices into the catalogue's regions.
    pub(crate) regions: Vec<usize>,
    /// A CloudFormation registry schema.
    pub(crate) schema: Value,
}

const MAGIC: &[u8; 8] = b"fascfn\x00\x01";
const HEADER_WORDS: usize = 10;
const HIGH_BIT: u32 = 1 << 31;
const HAS_ITEM: u32 = 1 << 8;
const HAS_VALUE: u32 = 1 << 9;
const MEMBERS_SHIFT: u32 = 16;

/// The catalogue of fasscan's own types, from a JSON object of their properties by name.
pub(crate) fn own(text: &str) -> Result<Catalogue, String> {
    let types: BTreeMap<String, Value> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let resource = |(name, schema)| Resource { name, regions: Vec::new(), schema };
    let resources = types.into_iter().map(resource).collect();
    Ok(Catalogue { source: "fasscan".into(), regions: Vec::new(), resources })
}

/// The catalogue as bytes; the same for the same content, whatever the order of its resources.
pub(crate) fn pack(catalogue: &Catalogue) -> Result<Vec<u8>, String> {
    if catalogue.regions.len() > 64 {
        return Err("more than 64 regions".into());
    }
    let mut resources: Vec<&Resource> = catalogue.resources.iter().collect();
    resources.sort_by(|a, b| a.name.cmp(&b.name));
    let mut graph = Graph::default();
    let roots: Vec<usize> = resources.iter().map(|resource| graph.add_document(&resource.schema)).collect();
    let classes = minimise(&graph.nodes);

    let strings = Strings::collect(catalogue, &resources, &graph.nodes);
    let mut pool = Pool::default();
    let regions = pool.list(catalogue.regions.iter().map(|region| strings.id(region)));
    let offsets = pool.types(&graph.nodes, &classes, &roots, &strings)?;
    let mut table = Vec::new();
    for (resource, root) in resources.iter().zip(&roots) {
        table.extend([strings.id(&resource.name), offsets.get(&class(&classes, *root)).copied().unwrap_or(0)]);
        for key in PATH_LISTS {
            table.push(pool.list(paths(&resource.schema, key).iter().map(|path| strings.path(path))));
        }
        let bits = resource.regions.iter().fold(0u64, |bits, region| bits | 1 << region);
        table.extend([bits as u32, (bits >> 32) as u32]);
    }
    Ok(assemble(&strings, catalogue, &pool.words, &table, regions, resources.len()))
}

fn assemble(
    strings: &Strings,
    catalogue: &Catalogue,
    pool: &[u32],
    table: &[u32],
    regions: u32,
    resources: usize,
) -> Vec<u8> {
    let (index, text) = strings.bytes();
    let index_at = MAGIC.len() + HEADER_WORDS * 4;
    let pool_at = index_at + index.len() * 4;
    let table_at = pool_at + pool.len() * 4;
    let text_at = table_at + table.len() * 4;
    let sizes = [index_at, strings.ids.len(), text_at, text.len(), pool_at, pool.len(), table_at, resources];
    let header = [strings.id(&catalogue.source)].into_iter().chain(sizes.map(|size| size as u32)).chain([regions]);
    let words = header.chain(index).chain(pool.iter().copied()).chain(table.iter().copied());
    let mut bytes = MAGIC.to_vec();
    bytes.extend(words.flat_map(u32::to_le_bytes));
    bytes.extend(text);
    bytes
}

/// The string table: sorted, so that a number stands for a text and the order is that of the texts.
struct Strings {
    ids: BTreeMap<String, u32>,
}

impl Strings {
    fn collect(catalogue: &Catalogue, resources: &[&Resource], nodes: &[Node]) -> Self {
        let mut texts: BTreeSet<String> = catalogue.regions.iter().cloned().collect();
        texts.insert(catalogue.source.clone());
        for resource in resources {
            texts.insert(resource.name.clone());
            texts.extend(PATH_LISTS.iter().flat_map(|key| paths(&resource.schema, key)).map(|path| path.text));
        }
        for node in nodes {
            texts.extend(node.values.iter().cloned());
            texts.extend(node.members.iter().map(|(name, ..)| name.clone()));
        }
        Self { ids: texts.into_iter().zip(0..).collect() }
    }

    fn id(&self, text: &str) -> u32 {
        self.ids.get(text).copied().unwrap_or(0)
    }

    fn path(&self, path: &Path) -> u32 {
        self.id(&path.text) | if path.through_element { HIGH_BIT } else { 0 }
    }

    /// Where each text starts and, last, where the last one ends; and the texts.
    fn bytes(&self) -> (Vec<u32>, Vec<u8>) {
        let (mut index, mut text) = (vec![0], Vec::new());
        for key in self.ids.keys() {
            text.extend_from_slice(key.as_bytes());
            index.push(text.len() as u32);
        }
        (index, text)
    }
}

#[derive(Default)]
struct Pool {
    words: Vec<u32>,
    lists: HashMap<Vec<u32>, u32>,
}

impl Pool {
    /// The place of a list of words, the same for the same list.
    fn list(&mut self, items: impl Iterator<Item = u32>) -> u32 {
        let items: Vec<u32> = items.collect();
        let next = self.words.len() as u32;
        let place = *self.lists.entry(items.clone()).or_insert(next);
        if place == next {
            self.words.push(items.len() as u32);
            self.words.extend(items);
        }
        place
    }

    /// Writes one type per class, in the order in which the roots reach them; the answer is class to place.
    fn types(
        &mut self,
        nodes: &[Node],
        classes: &[usize],
        roots: &[usize],
        strings: &Strings,
    ) -> Result<HashMap<usize, u32>, String> {
        let mut order: Vec<&Node> = Vec::new();
        let mut offsets = HashMap::new();
        let mut todo: Vec<usize> = roots.iter().rev().copied().collect();
        let mut enums = Vec::new();
        let mut reached = Vec::new();
        while let Some(index) = todo.pop() {
            if let (Some(node), None) = (nodes.get(index), offsets.insert(class(classes, index), 0)) {
                order.push(node);
                reached.push(class(classes, index));
                enums.push(self.list(node.values.iter().map(|value| strings.id(value))));
                todo.extend(node.members.iter().rev().map(|(.., member)| *member));
                todo.extend(node.value.iter().chain(&node.item));
            }
        }
        let mut next = self.words.len() as u32;
        for (node, class) in order.iter().zip(&reached) {
            offsets.insert(*class, next);
            next += 1 + u32::from(node.item.is_some()) + u32::from(node.value.is_some());
            next += u32::from(node.flags & HAS_ENUM != 0) + 2 * node.members.len() as u32;
        }
        for (node, values) in order.iter().zip(enums) {
            let place = |index: &usize| offsets.get(&class(classes, *index)).copied().unwrap_or(0);
            let count = u16::try_from(node.members.len()).map_err(|_| "an object with more than 65,535 properties")?;
            let mut head = node.flags | u32::from(count) << MEMBERS_SHIFT;
            head |= if node.item.is_some() { HAS_ITEM } else { 0 };
            head |= if node.value.is_some() { HAS_VALUE } else { 0 };
            self.words.push(head);
            self.words.extend(node.item.iter().chain(&node.value).map(place));
            self.words.extend((node.flags & HAS_ENUM != 0).then_some(values));
            for (name, required, member) in &node.members {
                self.words.extend([strings.id(name) | if *required { HIGH_BIT } else { 0 }, place(member)]);
            }
        }
        Ok(offsets)
    }
}

// --- property lists

/// In the order of the table.
const PATH_LISTS: [&str; 4] =
    ["readOnlyProperties", "writeOnlyProperties", "createOnlyProperties", "primaryIdentifier"];

/// A property path by its names alone.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Path {
    /// Names joined by dots; steps to list elements and map values are left out.
    text: String,
    through_element: bool,
}

fn paths(schema: &Value, key: &str) -> Vec<Path> {
    let path = |pointer: &str| {
        let steps = pointer.strip_prefix("/properties/")?.split('/');
        let names: Vec<&str> = steps.clone().filter(|step| *step != "*").collect();
        Some(Path { text: names.join("."), through_element: steps.count() != names.len() })
    };
    let mut paths: Vec<Path> = branches(schema, key).iter().filter_map(Value::as_str).filter_map(path).collect();
    if key != "primaryIdentifier" {
        // The identifier is ordered; of the others the order means nothing, and sorting shares more lists.
        paths.sort();
        paths.dedup();
    }
    paths
}
