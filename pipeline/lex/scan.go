package lex

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

const (
	lowBits  = 0x0101010101010101
	highBits = 0x8080808080808080
)

// zeroBytes marks zero bytes of a word by their high bits. The lowest mark is exact; those above it
// need not be.
func zeroBytes(w uint64) uint64 { return (w - lowBits) &^ w & highBits }

// findSpecial gives the place of the first delimiter, LF or CR from pos on, or the length of data.
func findSpecial(data []byte, pos int, delimiter byte) int {
	d := uint64(delimiter) * lowBits
	for ; pos+8 <= len(data); pos += 8 {
		w := binary.LittleEndian.Uint64(data[pos:])
		marks := zeroBytes(w^d) | zeroBytes(w^('\n'*lowBits)) | zeroBytes(w^('\r'*lowBits))
		if marks != 0 {
			return pos + bits.TrailingZeros64(marks)>>3
		}
	}
	for ; pos < len(data); pos++ {
		if b := data[pos]; b == delimiter || b == '\n' || b == '\r' {
			return pos
		}
	}
	return len(data)
}

// findQuote gives the place of the first quote from pos on, or the length of data. Most quoted
// fields are short, so it looks at the first bytes itself before it calls the vectorised search.
func findQuote(data []byte, pos int) int {
	for end := min(pos+16, len(data)-7); pos < end; pos += 8 {
		if marks := zeroBytes(binary.LittleEndian.Uint64(data[pos:]) ^ (quote * lowBits)); marks != 0 {
			return pos + bits.TrailingZeros64(marks)>>3
		}
	}
	if pos >= len(data) {
		return len(data)
	}
	if i := bytes.IndexByte(data[pos:], quote); i >= 0 {
		return pos + i
	}
	return len(data)
}

// afterLineEnd gives the place after the line end at pos; the end of the text is one too.
func (l *Lexer) afterLineEnd(pos int) int {
	if pos >= len(l.data) {
		return len(l.data)
	}
	if l.data[pos] == '\r' && pos+1 < len(l.data) && l.data[pos+1] == '\n' {
		return pos + 2
	}
	return pos + 1
}

// lineEnd gives the place after the end of the line at pos, and whether the line goes on in the
// next block.
func (l *Lexer) lineEnd(pos int) (end int, goesOn bool) {
	if l.hasCR {
		pos = findSpecial(l.data, pos, '\n')
	} else if i := bytes.IndexByte(l.data[pos:], '\n'); i >= 0 {
		pos += i
	} else {
		pos = len(l.data)
	}
	if pos == len(l.data) {
		return pos, !l.final
	}
	return l.afterLineEnd(pos), false
}

// countLines tells how many lines a record has that begins with text and ends with its line end.
func (l *Lexer) countLines(text []byte) int64 {
	n := int64(bytes.Count(text, []byte{'\n'}))
	if l.hasCR {
		n += loneCRs(text)
	}
	if last := text[len(text)-1]; last != '\n' && last != '\r' {
		n++
	}
	return n
}

// loneCRs counts the CRs that no LF follows.
func loneCRs(text []byte) int64 {
	var n int64
	for {
		i := bytes.IndexByte(text, '\r')
		if i < 0 {
			return n
		}
		if i+1 == len(text) || text[i+1] != '\n' {
			n++
		}
		text = text[i+1:]
	}
}

// Unescape appends the text of an escaped field to dst, with one quote for each pair.
func Unescape(dst, text []byte) []byte {
	for {
		i := bytes.IndexByte(text, quote)
		if i < 0 {
			return append(dst, text...)
		}
		dst = append(dst, text[:i+1]...)
		text = text[min(i+2, len(text)):]
	}
}
