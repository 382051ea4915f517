//! The brand's colour as pages may use it: whatever a brand chooses, guests can see what they tap and read what is on it.

use std::fmt;

/// The backgrounds that pages are drawn on, in the light scheme and in the dark one. Of those of each it is the one
/// nearer to the middle: what stands out from it stands out from the others too.
const LIGHT: Colour = Colour([0xf7, 0xf4, 0xf0]);
const DARK: Colour = Colour([0x22, 0x1f, 0x1c]);

/// The least contrast of what is tapped, or chosen, with what it lies on (WCAG 2.2, 1.4.11).
const LEAST_CONTRAST: f64 = 3.0;

/// A colour, in sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour([u8; 3]);

/// A colour to fill buttons with, and one to write on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accent {
    /// The filling: at least 3:1 against every background of its scheme.
    pub fill: Colour,
    /// Black or white, whichever is read better on it: at least 4.5:1.
    pub ink: Colour,
}

impl Colour {
    /// White.
    pub const WHITE: Self = Self([0xff; 3]);
    /// Black.
    pub const BLACK: Self = Self([0; 3]);

    /// Reads `#rrggbb`.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix('#').filter(|hex| hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit()))?;
        let bits = u32::from_str_radix(hex, 16).ok()?;
        let [_, channels @ ..] = bits.to_be_bytes();
        Some(Self(channels))
    }

    /// The brand's colour in the light scheme: darker where it would be lost on white.
    pub fn on_light(self) -> Accent {
        self.towards(Self::BLACK, LIGHT)
    }

    /// The brand's colour in the dark scheme: lighter where it would be lost on black.
    pub fn on_dark(self) -> Accent {
        self.towards(Self::WHITE, DARK)
    }

    /// The colour nearest to this, on the way to an end of the scale, that stands out from a background.
    fn towards(self, end: Self, background: Self) -> Accent {
        let mixed = |step: u8| {
            let mix = |(from, to): (u8, u8)| {
                let (from, to, step) = (u32::from(from), u32::from(to), u32::from(step));
                u8::try_from((from * (255 - step) + to * step) / 255).unwrap_or(u8::MAX)
            };
            let ([a, b, c], [x, y, z]) = (self.0, end.0);
            Self([mix((a, x)), mix((b, y)), mix((c, z))])
        };
        let fill = (0..=255).map(mixed).find(|mixed| mixed.contrast(background) >= LEAST_CONTRAST).unwrap_or(end);
        let ink = if fill.contrast(Self::WHITE) >= fill.contrast(Self::BLACK) { Self::WHITE } else { Self::BLACK };
        Accent { fill, ink }
    }

    /// The contrast of two colours, 1 to 21 (WCAG 2.2, contrast ratio).
    fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance() + 0.05, other.luminance() + 0.05);
        a.max(b) / a.min(b)
    }

    /// The relative luminance, 0 to 1 (WCAG 2.2).
    fn luminance(self) -> f64 {
        let [red, green, blue] = self.0.map(|value| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { libm::pow((value + 0.055) / 1.055, 2.4) }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_colour_stands_out_in_both_schemes_and_can_be_written_on() {
        let steps = (0..=255).step_by(15);
        let colours = steps.clone().flat_map(|r| {
            let blues = steps.clone();
            steps.clone().flat_map(move |g| blues.clone().map(move |b| Colour([r, g, b])))
        });
        for colour in colours {
            for (accent, backgrounds) in
                [(colour.on_light(), [LIGHT, Colour::WHITE]), (colour.on_dark(), [DARK, Colour([0x17, 0x15, 0x13])])]
            {
                assert!(accent.ink.contrast(accent.fill) >= 4.5, "{colour}: {accent:?}");
                for background in backgrounds {
                    assert!(accent.fill.contrast(background) >= 3.0, "{colour}: {accent:?} on {background}");
                }
            }
        }
    }

    #[test]
    fn a_colour_that_can_be_seen_stays_as_it_is() {
        let seen = |text: &str| Colour::parse(text).unwrap();
        for (colour, light, dark) in [
            ("#b4232a", "#b4232a", "#bc3c42"),
            ("#1677ff", "#1677ff", "#1677ff"),
            ("#ffffff", "#8d8d8d", "#ffffff"),
            ("#000000", "#000000", "#6a6a6a"),
        ] {
            let fills = (seen(colour).on_light().fill.to_string(), seen(colour).on_dark().fill.to_string());
            assert_eq!(fills, (light.to_owned(), dark.to_owned()), "{colour}");
        }
        assert_eq!(seen("#b4232a").on_light().ink, Colour::WHITE);
        assert_eq!(seen("#ffd400").on_dark().ink, Colour::BLACK);
        for wrong in ["b4232a", "#b4232", "#b4232g", "#b4232aa", "", "#+12345"] {
            assert_eq!(Colour::parse(wrong), None, "{wrong}");
        }
    }
}
