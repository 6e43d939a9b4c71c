package source

import (
	"bytes"
	"encoding/binary"
	"unicode/utf8"
)

// Encoding names how a text is written, as the configuration does.
type Encoding string

// The encodings that are read. Latin1 is read as CP1252: they differ only where Latin-1 has control
// characters that no export means, and files called Latin-1 hold the euro sign and typographic
// quotes there.
const (
	UTF8    Encoding = "utf-8"
	UTF16LE Encoding = "utf-16le"
	UTF16BE Encoding = "utf-16be"
	CP1252  Encoding = "cp1252"
	Latin1  Encoding = "latin1"
)

// sampleSize is how much of a text is looked at to tell its encoding.
const sampleSize = 1 << 20

// byteOrderMark gives the encoding that a text says of itself in its first bytes, and the length of
// the mark.
func byteOrderMark(head []byte) (Encoding, int) {
	switch {
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}):
		return UTF8, 3
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}):
		return UTF16LE, 2
	case bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		return UTF16BE, 2
	}
	return "", 0
}

// utf16Pattern recognises UTF-16 without a mark: every other byte of ids, dates, numbers and
// delimiters is zero. Zeros that were left in other text stand on both sides.
func utf16Pattern(head []byte) Encoding {
	var zeros [2]int
	units := len(head) / 2
	for i, b := range head[:2*units] {
		if b == 0 {
			zeros[i%2]++
		}
	}
	often := func(side int) bool { return zeros[side] >= 2 && zeros[side]*10 >= units*4 }
	switch {
	case often(1) && zeros[0]*20 <= zeros[1]:
		return UTF16LE
	case often(0) && zeros[1]*20 <= zeros[0]:
		return UTF16BE
	}
	return ""
}

// eightBit tells UTF-8 from CP1252 by a sample; cut says that the text goes on behind it. Text with
// valid sequences stays UTF-8, so that its broken rows are refused one by one; only where bad bytes
// outnumber them by far are the valid ones chance. A lone bad byte is more likely damage than an
// alphabet.
func eightBit(sample []byte, cut bool) Encoding {
	const byFar = 10
	valid, invalid := 0, 0
	for len(sample) > 0 {
		r, size := utf8.DecodeRune(sample)
		switch {
		case r == utf8.RuneError && size == 1:
			if cut && !utf8.FullRune(sample) {
				size = len(sample)
			} else {
				invalid++
			}
		case size > 1 && !chance(r):
			valid++
		}
		sample = sample[size:]
	}
	if invalid <= 1 || valid*byFar >= invalid {
		return UTF8
	}
	return CP1252
}

// chance says that a character is no sign of UTF-8: those from U+0700 to U+07FF, of Syriac, Thaana and
// N'Ko, are written as CP1252 writes ß or Ü before a closing quote, as German text often has it.
func chance(r rune) bool { return r >= 0x700 && r <= 0x7FF }

// firstHigh gives the index of the first byte that is not ASCII, or the length.
func firstHigh(text []byte) int {
	const (
		stride = 32
		high   = 0x8080808080808080
	)
	word := binary.LittleEndian.Uint64
	i := 0
	for ; i+stride <= len(text); i += stride {
		t := text[i : i+stride]
		if (word(t)|word(t[8:])|word(t[16:])|word(t[24:]))&high != 0 {
			break
		}
	}
	for ; i < len(text); i++ {
		if text[i] >= utf8.RuneSelf {
			return i
		}
	}
	return len(text)
}
