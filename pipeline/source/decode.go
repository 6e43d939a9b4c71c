package source

import (
	"bufio"
	"encoding/binary"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/transform"
)

// undecodable stands for input that means nothing in its encoding. It is no UTF-8 either, so that
// whoever reads the text sees that the row is broken.
const undecodable = 0xFF

// decode gives the text behind r, which has no byte order mark any more, as UTF-8.
func decode(r io.Reader, encoding Encoding) io.Reader {
	switch encoding {
	case CP1252, Latin1:
		return transform.NewReader(bufio.NewReaderSize(r, bufferSize), newSingleByte())
	case UTF16LE:
		return transform.NewReader(bufio.NewReaderSize(r, bufferSize), utf16Decoder{order: binary.LittleEndian})
	case UTF16BE:
		return transform.NewReader(bufio.NewReaderSize(r, bufferSize), utf16Decoder{order: binary.BigEndian})
	}
	return r
}

// singleByte decodes CP1252. For each byte it holds the UTF-8 of the character.
type singleByte struct {
	transform.NopResetter
	table [256][]byte
}

func newSingleByte() *singleByte {
	d := &singleByte{}
	for b := range d.table {
		switch b {
		case 0x81, 0x8D, 0x8F, 0x90, 0x9D:
			d.table[b] = []byte{undecodable}
		default:
			d.table[b] = utf8.AppendRune(nil, charmap.Windows1252.DecodeByte(byte(b)))
		}
	}
	return d
}

// Transform implements transform.Transformer.
func (d *singleByte) Transform(dst, src []byte, _ bool) (nDst, nSrc int, err error) {
	for {
		plain := copy(dst[nDst:], src[nSrc:nSrc+firstHigh(src[nSrc:])])
		nDst, nSrc = nDst+plain, nSrc+plain
		switch {
		case nSrc == len(src):
			return nDst, nSrc, nil
		case nDst+utf8.UTFMax > len(dst):
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += copy(dst[nDst:], d.table[src[nSrc]])
		nSrc++
	}
}

// utf16Decoder decodes UTF-16. Half a surrogate pair and half a unit at the end are undecodable.
type utf16Decoder struct {
	transform.NopResetter
	order binary.ByteOrder
}

// Transform implements transform.Transformer.
func (d utf16Decoder) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		if nDst+utf8.UTFMax > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		r, size := d.first(src[nSrc:])
		if size == 0 {
			if !atEOF {
				return nDst, nSrc, transform.ErrShortSrc
			}
			r, size = -1, min(2, len(src)-nSrc)
		}
		if r < 0 {
			dst[nDst] = undecodable
			nDst++
		} else {
			nDst += utf8.EncodeRune(dst[nDst:], r)
		}
		nSrc += size
	}
	return nDst, nSrc, nil
}

// first gives the first character and its size in bytes: -1 if it is half a pair, and size 0 if more
// bytes are needed to tell.
func (d utf16Decoder) first(src []byte) (rune, int) {
	if len(src) < 2 {
		return -1, 0
	}
	r := rune(d.order.Uint16(src))
	if !utf16.IsSurrogate(r) {
		return r, 2
	}
	if r >= 0xDC00 {
		return -1, 2
	}
	if len(src) < 4 {
		return -1, 0
	}
	if pair := utf16.DecodeRune(r, rune(d.order.Uint16(src[2:]))); pair != utf8.RuneError {
		return pair, 4
	}
	return -1, 2
}
