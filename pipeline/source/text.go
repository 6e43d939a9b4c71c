package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Text is the text of a file, decoded to UTF-8, or converted if the file is of another format.
//
// UTF-8 and CP1252 differ in nothing until the first byte that is not ASCII, so the choice waits for
// that byte, however late it comes, and is then made once, by the megabyte that starts there.
type Text struct {
	in        io.Reader // what is left: raw while undecided, decoded afterwards
	encoding  Encoding
	undecided bool
	close     func() error
}

// startText starts to read the text that begins with head and goes on in src; the head is all of it or
// a sample for the encoding. An empty declared encoding is detected.
func startText(name string, head []byte, src io.Reader, declared Encoding, closeSource func() error) (*Text, error) {
	said, mark := byteOrderMark(head)
	if declared != "" && said != "" && said != declared {
		return nil, &RefusedError{
			Name: name, Reason: fmt.Sprintf("starts with the byte order mark of %s, but is declared as %s", said, declared),
			Hint: "remove encoding: from the extract, or correct it",
		}
	}
	t := &Text{encoding: declared, close: closeSource}
	if t.encoding == "" {
		t.encoding = said
	}
	if t.encoding == "" {
		t.encoding = utf16Pattern(head)
	}
	t.in = io.MultiReader(bytes.NewReader(head[mark:]), src)
	if t.encoding != "" {
		t.in = decode(t.in, t.encoding)
		return t, nil
	}
	t.encoding, t.undecided = UTF8, true
	if first := firstHigh(head); first < len(head) {
		if err := t.decide(head[first:], src); err != nil {
			return nil, err
		}
		t.in = io.MultiReader(bytes.NewReader(head[:first]), t.in)
	}
	return t, nil
}

// Read implements io.Reader.
func (t *Text) Read(p []byte) (int, error) {
	n, err := t.in.Read(p)
	if !t.undecided || (err != nil && !errors.Is(err, io.EOF)) {
		return n, err
	}
	first := firstHigh(p[:n])
	if first == n {
		return n, err
	}
	if err := t.decide(slices.Clone(p[first:n]), t.in); err != nil {
		return first, err
	}
	if first == 0 {
		return t.in.Read(p)
	}
	return first, nil
}

// decide chooses the encoding by the text that starts with the bytes read and goes on in rest.
func (t *Text) decide(read []byte, rest io.Reader) error {
	more, err := readFull(rest, sampleSize-min(len(read), sampleSize))
	if err != nil {
		return err
	}
	sample := append(read, more...)
	t.encoding, t.undecided = eightBit(sample, len(sample) >= sampleSize), false
	t.in = decode(io.MultiReader(bytes.NewReader(sample), rest), t.encoding)
	return nil
}

// peek gives the first bytes of the text, fewer than size only if it ends before, and leaves them to be read.
func (t *Text) peek(size int) ([]byte, error) {
	head, err := readFull(t, size)
	t.in = io.MultiReader(bytes.NewReader(head), t.in)
	return head, err
}

// Encoding gives the encoding of the text as it is known by now. It is final once all is read;
// before, a text that was ASCII so far is called UTF8.
func (t *Text) Encoding() Encoding { return t.encoding }

// Close closes the file.
func (t *Text) Close() error { return t.close() }

// readFull reads up to size bytes; less than that only at the end of the text.
func readFull(r io.Reader, size int) ([]byte, error) {
	buffer := make([]byte, size)
	n := 0
	for n < size {
		read, err := r.Read(buffer[n:])
		n += read
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	return buffer[:n], nil
}
