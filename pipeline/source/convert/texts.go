package convert

import (
	"encoding/xml"
	"fmt"
)

// Limits of the texts of a workbook, which are held in memory.
const (
	maxTexts     = 4 << 20   // how many
	maxTextBytes = 256 << 20 // together
	chunkBytes   = 1 << 20
)

// texts are the texts to which the cells of a workbook point by number.
type texts struct {
	all   [][]byte
	chunk []byte // where the next text goes
	bytes int
}

// add keeps a text.
func (t *texts) add(text []byte) error {
	t.bytes += len(text)
	if t.bytes > maxTextBytes || len(t.all) >= maxTexts {
		return &UnreadableError{
			Reason: fmt.Sprintf("has more than %d MiB or %d million different texts", maxTextBytes>>20, maxTexts>>20),
			Hint:   "save the sheet as CSV UTF-8",
		}
	}
	if len(text) > cap(t.chunk)-len(t.chunk) {
		t.chunk = make([]byte, 0, max(chunkBytes, len(text)))
	}
	start := len(t.chunk)
	t.chunk = append(t.chunk, text...)
	t.all = append(t.all, t.chunk[start:len(t.chunk):len(t.chunk)])
	return nil
}

// readTexts reads the texts of a workbook; one without that part has none.
func (w *workbook) readTexts(name string) (*texts, error) {
	t := &texts{}
	file := w.parts[name]
	if file == nil {
		return t, nil
	}
	m, err := openMarkup(file)
	if err != nil {
		return nil, err
	}
	defer m.close() //nolint:errcheck // it was only read
	var item []byte
	err = m.elements("sst", func(start xml.StartElement) error {
		if start.Name.Local != "si" {
			return nil
		}
		if item, err = m.rich(item[:0]); err != nil {
			return err
		}
		item = unescape(item)
		return t.add(item)
	})
	return t, err
}
