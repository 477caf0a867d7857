//! The crates and what they depend on, as `cargo metadata` tells it.

use anyhow::Context;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::process::Command;

/// The crates of the workspace and all that they depend on.
pub(crate) struct Workspace {
    packages: BTreeMap<String, Package>,
    members: Vec<String>,
}

struct Package {
    name: String,
    /// From the root of the repository; only members have a meaningful one.
    folder: String,
    dependencies: Vec<Dependency>,
}

struct Dependency {
    package: String,
    /// Neither a dev- nor a build-dependency.
    normal: bool,
}

/// A crate of the workspace.
pub(crate) struct Member<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// Its folder, from the root of the repository.
    pub(crate) folder: &'a str,
    id: &'a str,
}

impl Workspace {
    /// Asks cargo about the workspace at `root`, without touching its lock file.
    pub(crate) fn load(root: &Path) -> anyhow::Result<Self> {
        // Without the filter cargo would want the packages of every platform, which a build has not fetched.
        let platform = crate::output_of(Command::new("rustc").args(["--print", "host-tuple"]))?;
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let told = crate::output_of(Command::new(cargo).current_dir(root).args([
            "metadata",
            "--format-version=1",
            "--locked",
            "--filter-platform",
            platform.trim_end(),
        ]))?;
        Self::read(&serde_json::from_str(&told)?)
    }

    /// Reads what cargo printed.
    pub(crate) fn read(metadata: &Value) -> anyhow::Result<Self> {
        let root = string(metadata, "workspace_root")?;
        let mut packages = BTreeMap::new();
        for package in array(metadata, "packages")? {
            let manifest = string(package, "manifest_path")?;
            let folder = manifest.strip_prefix(root).unwrap_or(manifest).trim_end_matches("Cargo.toml");
            packages.insert(
                string(package, "id")?.to_owned(),
                Package {
                    name: string(package, "name")?.to_owned(),
                    folder: folder.trim_matches('/').to_owned(),
                    dependencies: Vec::new(),
                },
            );
        }
        for node in array(metadata.get("resolve").context("no `resolve`")?, "nodes")? {
            let package = packages.get_mut(string(node, "id")?).context("a node without a package")?;
            package.dependencies =
                array(node, "deps")?.iter().map(dependency).collect::<anyhow::Result<_>>()?;
        }
        let members = array(metadata, "workspace_members")?.iter().filter_map(Value::as_str);
        Ok(Self { packages, members: members.map(str::to_owned).collect() })
    }

    /// The crates of the workspace.
    pub(crate) fn members(&self) -> impl Iterator<Item = Member<'_>> {
        self.members.iter().filter_map(|id| {
            let package = self.packages.get(id)?;
            Some(Member { name: &package.name, folder: &package.folder, id })
        })
    }

    /// The crates of the workspace that this one names, for whatever purpose.
    pub(crate) fn named_by(&self, member: &Member<'_>) -> BTreeSet<&str> {
        let dependencies = self.packages.get(member.id).map_or(&[][..], |package| &package.dependencies);
        dependencies
            .iter()
            .filter(|dependency| self.members.contains(&dependency.package))
            .filter_map(|dependency| Some(self.packages.get(&dependency.package)?.name.as_str()))
            .collect()
    }

    /// The shortest way from this crate to the package of this name through normal dependencies.
    pub(crate) fn way(&self, member: &Member<'_>, to: &str) -> Option<Vec<&str>> {
        let mut ways = VecDeque::from([(member.id, vec![])]);
        let mut seen = BTreeSet::from([member.id]);
        while let Some((id, mut way)) = ways.pop_front() {
            let package = self.packages.get(id)?;
            way.push(package.name.as_str());
            if package.name == to {
                return Some(way);
            }
            for dependency in package.dependencies.iter().filter(|dependency| dependency.normal) {
                if seen.insert(&dependency.package) {
                    ways.push_back((&dependency.package, way.clone()));
                }
            }
        }
        None
    }
}

fn dependency(told: &Value) -> anyhow::Result<Dependency> {
    let normal = array(told, "dep_kinds")?.iter().any(|kind| kind.get("kind").is_none_or(Value::is_null));
    Ok(Dependency { package: string(told, "pkg")?.to_owned(), normal })
}

fn string<'a>(value: &'a Value, key: &str) -> anyhow::Result<&'a str> {
    value.get(key).and_then(Value::as_str).with_context(|| format!("cargo metadata: no string `{key}`"))
}

fn array<'a>(value: &'a Value, key: &str) -> anyhow::Result<&'a Vec<Value>> {
    value.get(key).and_then(Value::as_array).with_context(|| format!("cargo metadata: no list `{key}`"))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use serde_json::json;

    /// What cargo would print for members (name, folder) and edges (from, to, kind).
    pub(crate) fn of(members: &[(&str, &str)], edges: &[(&str, &str, Option<&str>)]) -> Workspace {
        let mut names: BTreeSet<&str> = members.iter().map(|(name, _)| *name).collect();
        names.extend(edges.iter().flat_map(|(from, to, _)| [*from, *to]));
        let folder =
            |name: &str| members.iter().find(|(member, _)| *member == name).map(|(_, folder)| *folder);
        let manifest = |name: &str| match folder(name) {
            Some(folder) => format!("/r/{folder}/Cargo.toml"),
            None => format!("/registry/{name}-1.0.0/Cargo.toml"),
        };
        let dependencies = |name: &str| -> Vec<Value> {
            let of = edges.iter().filter(|(from, _, _)| *from == name);
            of.map(|(_, to, kind)| json!({"pkg": to, "dep_kinds": [{"kind": kind}]})).collect()
        };
        let package = |name: &&str| json!({"id": name, "name": name, "manifest_path": manifest(name)});
        let node = |name: &&str| json!({"id": name, "deps": dependencies(name)});
        Workspace::read(&json!({
            "workspace_root": "/r",
            "workspace_members": members.iter().map(|(name, _)| name).collect::<Vec<_>>(),
            "packages": names.iter().map(package).collect::<Vec<_>>(),
            "resolve": {"nodes": names.iter().map(node).collect::<Vec<_>>()},
        }))
        .unwrap()
    }

    #[test]
    fn a_way_leads_through_normal_dependencies_only() {
        let workspace = of(
            &[("app", "crates/app")],
            &[("app", "middle", None), ("middle", "tokio", None), ("app", "axum", Some("dev"))],
        );
        let app = workspace.members().next().unwrap();
        assert_eq!(app.folder, "crates/app");
        assert_eq!(workspace.way(&app, "tokio"), Some(vec!["app", "middle", "tokio"]));
        assert_eq!(workspace.way(&app, "axum"), None);
    }

    #[test]
    fn a_dev_dependency_names_a_crate_too() {
        let workspace = of(&[("a", "a"), ("b", "b")], &[("a", "b", Some("dev")), ("a", "serde", None)]);
        let a = workspace.members().next().unwrap();
        assert_eq!(workspace.named_by(&a), BTreeSet::from(["b"]));
    }

    #[test]
    fn a_cycle_of_dev_dependencies_ends() {
        let workspace = of(&[("a", "a"), ("b", "b")], &[("a", "b", None), ("b", "a", None)]);
        let a = workspace.members().next().unwrap();
        assert_eq!(workspace.way(&a, "tokio"), None);
    }
}
