//! The systemd unit must not give the daemon a mount namespace of its own: nobody would see its
//! mount (systemd.exec(5), "SANDBOXING"). `systemd-analyze verify` does not look for this.

use crate::house::{House, Violation, must_be_empty, must_report};

/// Options that make a mount namespace, by how their names begin.
const NAMESPACES: &[&str] = &[
    "BindPaths",
    "BindReadOnlyPaths",
    "BindLogSockets",
    "DynamicUser",
    "ExecPaths",
    "ExtensionDirectories",
    "ExtensionImages",
    "InaccessiblePaths",
    "MountAPIVFS",
    "MountFlags",
    "MountImages",
    "NoExecPaths",
    "PrivateDevices",
    "PrivateIPC",
    "PrivateMounts",
    "PrivateTmp",
    "PrivateUsers",
    "ProcSubset",
    "ProtectControlGroups",
    "ProtectHome",
    "ProtectHostname",
    "ProtectKernelLogs",
    "ProtectKernelModules",
    "ProtectKernelTunables",
    "ProtectProc",
    "ProtectSystem",
    "ReadOnlyPaths",
    "ReadWritePaths",
    "RootDirectory",
    "RootImage",
    "TemporaryFileSystem",
];

fn check(house: &House) -> Vec<Violation> {
    let mut violations = Vec::new();
    for file in house.files().iter().filter(|file| file.is(&["service"])) {
        for (at, line) in file.text.lines().enumerate() {
            let option = line.split('=').next().unwrap_or_default().trim();
            if NAMESPACES.contains(&option) {
                let what = format!("{option} makes a mount namespace: the mount would be hidden");
                violations.push(Violation::new(&file.path, at + 1, what));
            }
        }
    }
    violations
}

#[test]
fn the_mount_is_seen_outside_the_unit() {
    let house = House::real();
    assert!(house.files().iter().any(|file| file.path == "systemd/rushesd.service"));
    must_be_empty(check(&house));
}

#[test]
fn a_unit_with_a_namespace_is_reported() {
    let unit = "[Service]\n# PrivateTmp=yes\nUMask=0077\nProtectHome = yes\n";
    let house = House::of(&[("systemd/a.service", unit)]);
    must_report(
        check(&house),
        &["systemd/a.service:4: ProtectHome makes a mount namespace: the mount would be hidden"],
    );
}
