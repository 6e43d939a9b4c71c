package load

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// examine looks for bad bytes in a block, as fast as the block can be read.
func examine(data []byte) damage {
	var d damage
	d.encoding = !utf8.Valid(data)
	d.nul = bytes.IndexByte(data, 0) >= 0
	blanks := bytes.Count(data, []byte{'\n'}) + bytes.Count(data, []byte{'\r'}) + bytes.Count(data, []byte{'\t'})
	below, wide := countBelowSpace(data)
	d.wide = wide
	d.control = below != blanks || bytes.IndexByte(data, 0x7f) >= 0 || hasC1(data)
	return d
}

// countBelowSpace counts the bytes below 0x20, eight at a time ("countless" of Anderson's Bit
// Twiddling Hacks), and tells whether there are bytes beyond ASCII.
func countBelowSpace(data []byte) (n int, wide bool) {
	const low, high = 0x7f7f7f7f7f7f7f7f, 0x8080808080808080
	const limit = low + 0x20*(high>>7)
	var all uint64
	i := 0
	for ; i+8 <= len(data); i += 8 {
		w := binary.LittleEndian.Uint64(data[i:])
		all |= w
		n += bits.OnesCount64((limit - w&low) &^ w & high)
	}
	for ; i < len(data); i++ {
		n += btoi(data[i] < 0x20)
		all |= uint64(data[i])
	}
	return n, all&high != 0
}

// hasC1 tells whether the text has a control character of U+0080 to U+009F.
func hasC1(data []byte) bool {
	for {
		i := bytes.IndexByte(data, 0xc2)
		if i < 0 || i+1 == len(data) {
			return false
		}
		if data[i+1] >= 0x80 && data[i+1] <= 0x9f {
			return true
		}
		data = data[i+1:]
	}
}

// hasControl tells whether a cell has a control character other than TAB, LF and CR.
func hasControl(text []byte) bool {
	for _, c := range text {
		if c < 0x20 && c != '\t' && c != '\n' && c != '\r' || c == 0x7f {
			return true
		}
	}
	return hasC1(text)
}
