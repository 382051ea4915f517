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
/// When it is no SVG image, too large, or one that takes a phone long to draw.
pub(crate) fn cleaned(svg: &str) -> Result<String, Invalid> {
    let image = without_the_rest(svg)?;
    // What is cleaned once more stays as it is, or it was no image by itself.
    if without_the_rest(&image).as_ref() != Ok(&image) {
        return Err(unreadable("its elements have no namespace of SVG, or another prefix than none."));
    }
    // Copies of copies multiply, and pictures within it are taken out.
    if let Some(element) = ["<use", "<image"].into_iter().find(|element| image.contains(element)) {
        return Err(Invalid(format!("logo is drawn of shapes; this one has {element}>. Put the shapes in its place.")));
    }
    let compressed = compressed(&image);
    if compressed > LARGEST_LOGO {
        return Err(Invalid(format!(
            "logo takes at most {LARGEST_LOGO} bytes, compressed; this one takes {compressed}. Draw it with fewer points."
        )));
    }
    Ok(image)
}

fn without_the_rest(svg: &str) -> Result<String, Invalid> {
    let mut cleaned = Vec::new();
    Filter::new().filter(&mut svg.trim().as_bytes(), &mut cleaned).map_err(|error| unreadable(&error.to_string()))?;
    let cleaned = String::from_utf8(cleaned).map_err(|error| unreadable(&error.to_string()))?;
    let image = cleaned.split_once("?>").map_or(&*cleaned, |(_, image)| image).trim();
    if image.starts_with("<svg") { Ok(image.to_owned()) } else { Err(unreadable("it begins with no <svg>.")) }
}

fn unreadable(why: &str) -> Invalid {
    Invalid(format!(
        "logo is an SVG image, <svg xmlns=\"http://www.w3.org/2000/svg\" …>…</svg>; this can't be read as one: {why}"
    ))
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
            <script>alert(2)</script><a href="javascript:alert(3)"><path d="M0 0h9v9z" fill="#b4232a"/></a>
            <foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><iframe src="//x"/></body></foreignObject></svg>"##;
        let image = cleaned(svg).unwrap();
        assert!(image.starts_with("<svg") && image.contains("M0 0h9v9z") && image.contains("#b4232a"), "{image}");
        for gone in ["script", "alert", "onload", "javascript", "iframe", "by hand", "<?xml"] {
            assert!(!image.contains(gone), "{gone}: {image}");
        }
        assert_eq!(cleaned(&image).unwrap(), image, "what was cleaned stays as it is");
    }

    #[test]
    fn what_is_no_svg_or_too_large_is_refused_with_a_sentence() {
        for wrong in [
            "",
            "logo.png",
            "<svg",
            "<html></html>",
            "{}",
            "<svg><path></svg>",
            r#"<svg viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>"#,
            r#"<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:path d="M0 0h9v9z"/></s:svg>"#,
            r#"<g xmlns="http://www.w3.org/2000/svg"><svg/></g>"#,
        ] {
            let sentence = cleaned(wrong).unwrap_err().to_string();
            assert!(sentence.starts_with("logo is an SVG image"), "{wrong}: {sentence}");
        }
        for inner in [r##"<g id="a"/><use href="#a"/>"##, r#"<image href="data:image/png;base64,AAAA"/>"#] {
            let svg = format!(r#"<svg xmlns="http://www.w3.org/2000/svg">{inner}</svg>"#);
            assert!(cleaned(&svg).unwrap_err().to_string().starts_with("logo is drawn of shapes"), "{inner}");
        }
        let points: String = (0..2000_u32).map(|n| format!("{} ", n.wrapping_mul(2_654_435_761))).collect();
        let large = format!(r#"<svg xmlns="http://www.w3.org/2000/svg"><polyline points="{points}"/></svg>"#);
        assert!(cleaned(&large).unwrap_err().to_string().contains("4096 bytes"));
    }
}
