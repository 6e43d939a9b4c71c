package load

import (
	"bytes"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/bitutil"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/metadata"
	"github.com/zeebo/xxh3"
)

// A row group ends early when one of its dictionaries holds more than this.
const (
	maxDictionaryEntries = 1 << 16
	maxDictionaryBytes   = 4 << 20
)

// dictionary collects the values of one text column for a row group: each distinct text once, and
// for each row which one it has. The Parquet library can do this itself, with an allocation for each
// value and at several times the cost.
type dictionary struct {
	slots   []int32 // 1 + entry by hash, open addressing; a power of two, at most half full
	hashes  []uint64
	text    []byte
	ends    []int32 // where each entry begins in text, and where the last one ends
	rows    []int32 // entry by row; 0 for a null
	levels  []int16
	present int // rows that are not null
}

func newDictionary() *dictionary {
	return &dictionary{slots: make([]int32, 1<<10), ends: []int32{0}}
}

// add takes the values of some rows. Without levels no row is null.
func (d *dictionary) add(texts []parquet.ByteArray, levels []int16) {
	d.present += len(texts)
	if levels == nil {
		for _, text := range texts {
			d.rows = append(d.rows, d.entry(text))
		}
		return
	}
	next := 0
	for _, level := range levels {
		at := int32(0)
		if level == 1 {
			at = d.entry(texts[next])
			next++
		}
		d.rows = append(d.rows, at)
	}
	d.levels = append(d.levels, levels...)
}

// entry gives the entry of a text, a new one if need be.
func (d *dictionary) entry(text []byte) int32 {
	hash := xxh3.Hash(text)
	mask := uint64(len(d.slots) - 1)
	at := hash & mask
	for ; d.slots[at] != 0; at = (at + 1) & mask {
		e := d.slots[at] - 1
		if d.hashes[e] == hash && bytes.Equal(d.text[d.ends[e]:d.ends[e+1]], text) {
			return e
		}
	}
	e := int32(len(d.hashes))
	d.slots[at] = e + 1
	d.hashes = append(d.hashes, hash)
	d.text = append(d.text, text...)
	d.ends = append(d.ends, int32(len(d.text)))
	if 2*len(d.hashes) > len(d.slots) {
		d.grow()
	}
	return e
}

func (d *dictionary) grow() {
	d.slots = make([]int32, 2*len(d.slots))
	mask := uint64(len(d.slots) - 1)
	for e, hash := range d.hashes {
		at := hash & mask
		for d.slots[at] != 0 {
			at = (at + 1) & mask
		}
		d.slots[at] = int32(e) + 1
	}
}

// full tells whether the row group should end.
func (d *dictionary) full() bool {
	return len(d.hashes) > maxDictionaryEntries || len(d.text) > maxDictionaryBytes
}

// write writes the row group's values and empties the dictionary.
func (d *dictionary) write(chunk *file.ByteArrayColumnChunkWriter) error {
	defer d.reset()
	if d.present == 0 {
		_, err := chunk.WriteBatch(nil, d.levels, nil)
		return err
	}
	encoder, ok := chunk.CurrentEncoder().(interface{ PutDictionary(arrow.Array) error })
	if !ok {
		return fmt.Errorf("the column's encoder is a %T and takes no dictionary", chunk.CurrentEncoder())
	}
	entries := d.entries()
	defer entries.Release()
	if err := encoder.PutDictionary(entries); err != nil {
		return err
	}
	if stats, ok := chunk.PageStatistics().(*metadata.ByteArrayStatistics); ok {
		stats.IncNulls(int64(len(d.rows) - d.present))
		stats.IncNumValues(int64(d.present))
		stats.SetMinMax(d.bounds())
	}
	rows := d.indices()
	defer rows.Release()
	return chunk.WriteDictIndices(rows, d.levels, nil)
}

// bounds gives the least and the greatest text.
func (d *dictionary) bounds() (least, greatest parquet.ByteArray) {
	least = d.text[:d.ends[1]]
	for e := range d.hashes {
		text := d.text[d.ends[e]:d.ends[e+1]]
		if bytes.Compare(text, least) < 0 {
			least = text
		}
		if bytes.Compare(text, greatest) > 0 {
			greatest = text
		}
	}
	if greatest == nil {
		greatest = least
	}
	return least, greatest
}

// entries gives the distinct texts as an Arrow array.
func (d *dictionary) entries() arrow.Array {
	data := array.NewData(arrow.BinaryTypes.String, len(d.hashes), []*memory.Buffer{
		nil, memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(d.ends)), memory.NewBufferBytes(d.text),
	}, nil, 0, 0)
	defer data.Release()
	return array.NewStringData(data)
}

// indices gives the rows' entries as an Arrow array.
func (d *dictionary) indices() arrow.Array {
	var valid *memory.Buffer
	if d.present < len(d.rows) {
		bits := make([]byte, bitutil.BytesForBits(int64(len(d.rows))))
		for i, level := range d.levels {
			if level == 1 {
				bitutil.SetBit(bits, i)
			}
		}
		valid = memory.NewBufferBytes(bits)
	}
	data := array.NewData(arrow.PrimitiveTypes.Int32, len(d.rows), []*memory.Buffer{
		valid, memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(d.rows)),
	}, nil, len(d.rows)-d.present, 0)
	defer data.Release()
	return array.NewInt32Data(data)
}

func (d *dictionary) reset() {
	clear(d.slots)
	d.hashes, d.text, d.ends = d.hashes[:0], d.text[:0], d.ends[:1]
	d.rows, d.levels, d.present = d.rows[:0], d.levels[:0], 0
}
