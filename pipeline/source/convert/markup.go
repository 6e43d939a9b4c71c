package convert

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
)

const (
	maxToken = 4 << 20 // bytes of a tag or of a text between two tags
	maxDepth = 256     // elements within each other
	// maxRatio and ratioFrom are how much longer a part may be than its compressed form, and from which
	// size on that is looked at.
	maxRatio  = 200
	ratioFrom = 32 << 20
)

// markup reads the elements of one part of a workbook. Each read costs bounded memory: tokens are
// limited in length, and nothing is kept of what was read. Entities cannot be declared, so text is no
// longer than it is written.
type markup struct {
	decoder *xml.Decoder
	in      *part
	depth   int
}

// openMarkup starts on a part of a workbook.
func openMarkup(file *zip.File) (*markup, error) {
	in, err := openPart(file)
	if err != nil {
		return nil, err
	}
	return &markup{decoder: xml.NewDecoder(in), in: in}, nil
}

func (m *markup) close() error { return m.in.file.Close() }

// token gives the next token; io.EOF after the last element was closed. It is overwritten by the next.
func (m *markup) token() (xml.Token, error) {
	m.in.left = maxToken
	token, err := m.decoder.RawToken()
	if err != nil {
		if errors.Is(err, io.EOF) && m.depth > 0 {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	switch token.(type) {
	case xml.StartElement:
		m.depth++
	case xml.EndElement:
		m.depth--
	case xml.Directive:
		return nil, errors.New("it declares a document type, which no workbook does")
	}
	if m.depth < 0 || m.depth > maxDepth {
		return nil, errors.New("its elements are not nested as they should be")
	}
	return token, nil
}

// inside calls f with each element inside the one that was opened last, and returns when that is
// closed. An element of which f does not read the end is skipped.
func (m *markup) inside(f func(xml.StartElement) error) error {
	for outer := m.depth; ; {
		token, err := m.token()
		if err != nil {
			return ended(err)
		}
		start, isStart := token.(xml.StartElement)
		if isStart && m.depth == outer+1 {
			if err := f(start); err != nil {
				return err
			}
		}
		if m.depth < outer {
			return nil
		}
	}
}

// elements calls f with each element of the part whose parent has the name.
func (m *markup) elements(parent string, f func(xml.StartElement) error) error {
	for {
		token, err := m.token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == parent {
			if err := m.inside(f); err != nil {
				return err
			}
		}
	}
}

// text appends the text of the element that was opened last, up to its end.
func (m *markup) text(out []byte) ([]byte, error) {
	for outer := m.depth; m.depth >= outer; {
		token, err := m.token()
		if err != nil {
			return out, ended(err)
		}
		if text, ok := token.(xml.CharData); ok && m.depth == outer {
			out = append(out, text...)
		}
	}
	return out, nil
}

// rich appends the text of a string item, which may be in runs; how it is pronounced is left out.
func (m *markup) rich(out []byte) ([]byte, error) {
	err := m.inside(func(start xml.StartElement) (err error) {
		switch start.Name.Local {
		case "t":
			out, err = m.text(out)
		case "r":
			out, err = m.rich(out)
		}
		return err
	})
	return out, err
}

// attribute gives the value of an attribute without regard to its namespace, "" if there is none.
func attribute(element xml.StartElement, name string) string {
	for _, a := range element.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// part reads the bytes of a part within limits. It implements io.ByteReader, so that the decoder reads
// no further than it must.
type part struct {
	file   io.ReadCloser
	in     *bufio.Reader
	left   int // bytes that the token may still have
	read   int64
	packed int64
}

func openPart(file *zip.File) (*part, error) {
	opened, err := file.Open()
	if err != nil {
		return nil, err
	}
	return &part{file: opened, in: bufio.NewReaderSize(opened, portion), packed: int64(file.CompressedSize64)}, nil
}

// ReadByte implements io.ByteReader.
func (p *part) ReadByte() (byte, error) {
	p.read++
	p.left--
	switch {
	case p.left < 0:
		return 0, &UnreadableError{
			Reason: fmt.Sprintf("has a text of more than %d MiB in one cell", maxToken>>20),
			Hint:   "check what it holds",
		}
	case p.read > ratioFrom && p.read/maxRatio > p.packed:
		return 0, &UnreadableError{
			Reason: fmt.Sprintf("is over %d times as large as its compressed form, which no export is", maxRatio),
			Hint:   "save it as CSV if it is right",
		}
	}
	return p.in.ReadByte()
}

// Read implements io.Reader; the decoder does not use it.
func (p *part) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	one, err := p.ReadByte()
	if err != nil {
		return 0, err
	}
	b[0] = one
	return 1, nil
}
