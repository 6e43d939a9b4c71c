package convert

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// maxLine is the longest line of JSON that is looked at.
const maxLine = 16 << 20

// physical gives the lines of a text.
type physical struct {
	in   *bufio.Reader
	line []byte
}

func newPhysical(in io.Reader) *physical {
	return &physical{in: bufio.NewReaderSize(&lineEnds{in: in}, portion)}
}

// next gives the next line without its end, or io.EOF; isWhole is false if the line is too long to
// look at. The line is overwritten by the next.
func (p *physical) next() (line []byte, isWhole bool, err error) {
	p.line, isWhole = p.line[:0], true
	for read := 0; ; {
		piece, err := p.in.ReadSlice('\n')
		read += len(piece)
		if isWhole = isWhole && read <= maxLine; isWhole {
			p.line = append(p.line, piece...)
		}
		switch {
		case err == nil || errors.Is(err, io.EOF) && read > 0:
			return bytes.TrimSuffix(p.line, []byte("\n")), isWhole, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, false, err
		}
	}
}

// lineEnds turns CRLF and CR at the end of lines into LF.
type lineEnds struct {
	in      io.Reader
	afterCR bool
}

// Read implements io.Reader.
func (l *lineEnds) Read(p []byte) (int, error) {
	n, err := l.in.Read(p)
	if n == 0 || !l.afterCR && bytes.IndexByte(p[:n], '\r') < 0 {
		return n, err
	}
	kept := 0
	for _, b := range p[:n] {
		if b == '\n' && l.afterCR {
			l.afterCR = false
			continue
		}
		if l.afterCR = b == '\r'; l.afterCR {
			b = '\n'
		}
		p[kept] = b
		kept++
	}
	return kept, err
}
