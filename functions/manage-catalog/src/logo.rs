//! The brand's logo: an SVG image, without all that is no image.

use std::io::Write;

use aftertaste::domain::Invalid;
use flate2::{Compression, write::DeflateEncoder};
use svg_hush::Filter;

/// How many bytes a logo takes at most, compressed: each guest's page has it.
pub(crate) const LARGEST_LOGO: usize = 4096;

/// The image without scripts, links to elsewhere and whatever else no browser needs to draw it.
///
/// # Errors
/// When it is no SVG image, or too large.
pub(crate) fn cleaned(svg: &str) -> Result<String, Invalid> {
    let unreadable =
        |why: String| Invalid(format!("logo is an SVG image, <svg …>…</svg>; this can't be read as one: {why}"));
    let mut cleaned = Vec::new();
    Filter::new().filter(&mut svg.trim().as_bytes(), &mut cleaned).map_err(|error| unreadable(error.to_string()))?;
    let cleaned = String::from_utf8(cleaned).map_err(|error| unreadable(error.to_string()))?;
    let image = cleaned.find("<svg").map(|begin| cleaned.split_at(begin).1.trim_end().to_owned());
    let image = image.ok_or_else(|| unreadable("it has no <svg>.".into()))?;
    let compressed = compressed(&image);
    if compressed > LARGEST_LOGO {
        return Err(Invalid(format!(
            "logo takes at most {LARGEST_LOGO} bytes, compressed; this one takes {compressed}. Draw it with fewer points."
        )));
    }
    Ok(image)
}

fn compressed(text: &str) -> usize {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    written.map_or(usize::MAX, |bytes| bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_image_is_taken_out() {
        let svg = r##"<?xml version="1.0"?><!-- drawn by hand --><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" onload="alert(1)">
            <script>alert(2)</script><image href="https://elsewhere.example/x.png"/><a href="javascript:alert(3)"><path d="M0 0h9v9z" fill="#b4232a"/></a>
            <foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><iframe src="//x"/></body></foreignObject></svg>"##;
        let image = cleaned(svg).unwrap();
        assert!(image.starts_with("<svg") && image.contains("M0 0h9v9z") && image.contains("#b4232a"), "{image}");
        for gone in ["script", "alert", "onload", "elsewhere", "javascript", "iframe", "by hand", "<?xml"] {
            assert!(!image.contains(gone), "{gone}: {image}");
        }
        assert_eq!(cleaned(&image).unwrap(), image, "what was cleaned stays as it is");
    }

    #[test]
    fn what_is_no_svg_or_too_large_is_refused_with_a_sentence() {
        for wrong in ["", "logo.png", "<svg", "<html></html>", "{}", "<svg><path></svg>"] {
            let sentence = cleaned(wrong).unwrap_err().to_string();
            assert!(sentence.starts_with("logo is an SVG image"), "{wrong}: {sentence}");
        }
        let points: String = (0..2000_u32).map(|n| format!("{} ", n.wrapping_mul(2_654_435_761))).collect();
        let large = format!(r#"<svg xmlns="http://www.w3.org/2000/svg"><polyline points="{points}"/></svg>"#);
        assert!(cleaned(&large).unwrap_err().to_string().contains("4096 bytes"));
    }
}
