//! Real media, made by ffmpeg on the spot.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Makes a file with ffmpeg; the arguments stand between input options and the output's name.
pub fn make(dir: &Path, name: &str, arguments: &[&str]) -> PathBuf {
    let path = dir.join(name);
    let made = Command::new("ffmpeg")
        .args(["-v", "error", "-y", "-f", "lavfi"])
        .args(arguments)
        .arg(&path)
        .output()
        .unwrap();
    assert!(made.status.success(), "ffmpeg: {}", String::from_utf8_lossy(&made.stderr));
    path
}

/// A film of two seconds, different for each seed, larger than what goes into a pack.
pub fn film(dir: &Path, name: &str, seed: u32) -> PathBuf {
    let source = format!("testsrc2=s=320x180:r=24:d=2,noise=all_seed={seed}:alls=30:allf=t");
    make(
        dir,
        name,
        &["-i", &source, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"],
    )
}

/// What ffprobe says of a file's format and size, `h264,320,180`.
pub fn probe(path: &Path) -> String {
    let arguments = ["-v", "error", "-select_streams", "v:0", "-show_entries"];
    let entries = ["stream=codec_name,width,height", "-of", "csv=p=0"];
    let probed = Command::new("ffprobe").args(arguments).args(entries).arg(path).output().unwrap();
    assert!(probed.status.success(), "ffprobe: {}", String::from_utf8_lossy(&probed.stderr));
    String::from_utf8(probed.stdout).unwrap().trim().to_owned()
}
