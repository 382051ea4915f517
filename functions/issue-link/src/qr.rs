//! QR codes of addresses, for screens and for receipt printers.

use qrcode::{Color, EcLevel, QrCode, render::svg, types::QrError};

/// Dots of a module: on the 58 mm paper of a receipt printer, at 8 dots a millimetre, 0.75 mm.
const MODULE: usize = 6;

/// Dots across 58 mm paper.
const PAPER: usize = 384;

/// Modules of white on every side, without which a reader finds no code (ISO/IEC 18004).
const QUIET_ZONE: usize = 4;

/// The forms of a QR code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Drawing {
    Svg,
    Png,
    /// The format of a receipt printer.
    EscPos,
}

impl Drawing {
    pub(crate) const ALL: [Self; 3] = [Self::Svg, Self::Png, Self::EscPos];

    /// The ending of a file.
    pub(crate) fn ending(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::EscPos => "bin",
        }
    }

    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
            Self::EscPos => "application/vnd.escpos",
        }
    }
}

/// An address as a QR code that survives a smudge: error correction M, 15 %.
pub(crate) struct Qr {
    code: QrCode,
    address: String,
}

impl Qr {
    /// Fails when the address is longer than fits a QR code, some 2,300 bytes.
    pub(crate) fn new(address: String) -> Result<Self, QrError> {
        Ok(Self { code: QrCode::with_error_correction_level(&address, EcLevel::M)?, address })
    }

    pub(crate) fn drawn_as(&self, form: Drawing) -> Option<Vec<u8>> {
        match form {
            Drawing::Svg => Some(self.svg().into_bytes()),
            Drawing::Png => self.png().ok(),
            Drawing::EscPos => Some(self.esc_pos()),
        }
    }

    fn svg(&self) -> String {
        let dots = u32::try_from(self.module()).unwrap_or(1);
        self.code.render::<svg::Color<'_>>().module_dimensions(dots, dots).build()
    }

    /// One bit a dot: 0 is black.
    fn png(&self) -> Result<Vec<u8>, png::EncodingError> {
        let (width, module) = (self.code.width(), self.module());
        let across = (width + 2 * QUIET_ZONE) * module;
        let is_dark = |dot: usize| (dot / module).checked_sub(QUIET_ZONE).filter(|at| *at < width);
        let mut rows = Vec::new();
        for y in 0..across {
            let mut row = vec![0xff_u8; across.div_ceil(8)];
            for x in 0..across {
                if let (Some(column), Some(line)) = (is_dark(x), is_dark(y))
                    && self.code[(column, line)] == Color::Dark
                    && let Some(byte) = row.get_mut(x / 8)
                {
                    *byte &= !(0x80 >> (x % 8));
                }
            }
            rows.extend(row);
        }
        let side = u32::try_from(across).unwrap_or(u32::MAX);
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, side, side);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        encoder.write_header()?.write_image_data(&rows)?;
        Ok(bytes)
    }

    /// Commands by which an ESC/POS printer draws the code by itself: functions 165 to 181 of `GS ( k`. They set model
    /// 2, the size of a module and error correction M, store the address, and print.
    fn esc_pos(&self) -> Vec<u8> {
        let command = |function: u8, parameters: &[u8]| {
            let length = u16::try_from(parameters.len() + 2).unwrap_or(u16::MAX).to_le_bytes();
            [&[0x1d, 0x28, 0x6b], &length[..], &[0x31, function], parameters].concat()
        };
        let module = u8::try_from(self.module()).unwrap_or(1);
        [
            command(0x41, &[0x32, 0x00]),
            command(0x43, &[module]),
            command(0x45, &[0x31]),
            command(0x50, &[&[0x30], self.address.as_bytes()].concat()),
            command(0x51, &[0x30]),
        ]
        .concat()
    }

    /// Dots of a module: fewer than usual where the code would be wider than the paper.
    fn module(&self) -> usize {
        MODULE.min(PAPER / (self.code.width() + 2 * QUIET_ZONE)).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str = "https://s.example.cn/s/EQAADAN0mPvd9KcrjhfXfB9hGaO1Gawj";

    #[test]
    fn the_code_of_a_link_has_33_modules_and_fits_58_mm_paper() {
        let qr = Qr::new(ADDRESS.into()).unwrap();
        assert_eq!((qr.code.width(), qr.module()), (33, 6));
        let longest = Qr::new(format!("https://{}/s/EQAADAN0mPvd9KcrjhfXfB9hGaO1Gawj", "x".repeat(250))).unwrap();
        assert!(longest.module() >= 4 && longest.module() * (longest.code.width() + 8) <= PAPER);
    }

    #[test]
    fn a_receipt_printer_is_told_what_its_manual_asks_for() {
        let bytes = Qr::new(ADDRESS.into()).unwrap().esc_pos();
        let before: &[u8] = &[
            0x1d, 0x28, 0x6b, 0x04, 0x00, 0x31, 0x41, 0x32, 0x00, // model 2
            0x1d, 0x28, 0x6b, 0x03, 0x00, 0x31, 0x43, 0x06, // six dots a module
            0x1d, 0x28, 0x6b, 0x03, 0x00, 0x31, 0x45, 0x31, // error correction M
            0x1d, 0x28, 0x6b, 0x3a, 0x00, 0x31, 0x50, 0x30, // 55 characters and 3 bytes follow
        ];
        let after: &[u8] = &[0x1d, 0x28, 0x6b, 0x03, 0x00, 0x31, 0x51, 0x30];
        assert_eq!(bytes, [before, ADDRESS.as_bytes(), after].concat());
    }

    #[test]
    fn the_picture_for_printers_is_one_bit_a_dot_with_white_around() {
        let bytes = Qr::new(ADDRESS.into()).unwrap().png().unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        assert_eq!((reader.info().width, reader.info().bit_depth), (246, png::BitDepth::One));
        let mut dots = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut dots).unwrap();
        let is_white = |x: usize, y: usize| dots[y * 31 + x / 8] & (0x80 >> (x % 8)) != 0;
        assert!((0..246).all(|at| is_white(at, 23) && is_white(23, at) && is_white(at, 222) && is_white(222, at)));
        assert!(!is_white(24, 24), "the first corner is dark");
    }
}
