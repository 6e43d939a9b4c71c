package load

import (
	"encoding/binary"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/zeebo/xxh3"

	"truce/pipeline/entity"
)

// batch holds the typed rows of one block. Its buffers are used again for the next block.
type batch struct {
	columns  []values // as the plan's columns; filled for those that come from cells
	lines    []int64  // where each row starts, as lines before it in the block
	places   []int64  // records before each row in the block
	ordinals []int32  // of each row among those of its record, if columns become rows
	rows     int
	records  int64    // that were read, also those that gave no row
	hashes   []uint64 // of the keys
	newest   int64    // greatest modified_at, in microseconds
	dated    bool     // there is one
}

func (b *batch) reset() {
	for i := range b.columns {
		b.columns[i].reset()
	}
	b.lines, b.places, b.ordinals, b.hashes = b.lines[:0], b.places[:0], b.ordinals[:0], b.hashes[:0]
	b.rows, b.records, b.newest, b.dated = 0, 0, 0, false
}

func (v *values) reset() {
	v.texts, v.longs, v.days, v.bools, v.levels = v.texts[:0], v.longs[:0], v.days[:0], v.bools[:0], v.levels[:0]
}

// take adds the n-th value of others that are not null.
func (v *values) take(kind entity.Type, from *values, n int) {
	switch kind {
	case entity.Text:
		v.texts = append(v.texts, from.texts[n])
	case entity.Boolean:
		v.bools = append(v.bools, from.bools[n])
	case entity.Date:
		v.days = append(v.days, from.days[n])
	default:
		v.longs = append(v.longs, from.longs[n])
	}
	v.levels = append(v.levels, 1)
}

// repeat adds the last value once more.
func (v *values) repeat(kind entity.Type) {
	if v.levels[len(v.levels)-1] == 0 {
		v.levels = append(v.levels, 0)
		return
	}
	v.take(kind, v, max(len(v.texts), len(v.longs), len(v.days), len(v.bools))-1)
}

// undo takes back the last value of a column.
func (v *values) undo(kind entity.Type) {
	last := len(v.levels) - 1
	present := v.levels[last] == 1
	v.levels = v.levels[:last]
	if !present {
		return
	}
	switch kind {
	case entity.Text:
		v.texts = v.texts[:len(v.texts)-1]
	case entity.Boolean:
		v.bools = v.bools[:len(v.bools)-1]
	case entity.Date:
		v.days = v.days[:len(v.days)-1]
	default:
		v.longs = v.longs[:len(v.longs)-1]
	}
}

// keyHash hashes the key of the last row.
func (b *batch) keyHash(p *plan) uint64 {
	var hash uint64
	var scratch [8]byte
	for n, i := range p.keys {
		v := &b.columns[i]
		var part []byte
		switch p.columns[i].field.Type {
		case entity.Text:
			part = v.texts[len(v.texts)-1]
		case entity.Date:
			binary.LittleEndian.PutUint64(scratch[:], uint64(v.days[len(v.days)-1]))
			part = scratch[:]
		case entity.Boolean:
			scratch[0] = byte(btoi(v.bools[len(v.bools)-1]))
			part = scratch[:1]
		default:
			binary.LittleEndian.PutUint64(scratch[:], uint64(v.longs[len(v.longs)-1]))
			part = scratch[:]
		}
		hash = chain(hash, part, n)
	}
	return hash
}

// chain adds the n-th part of a key to its hash. The hash of a key of one part is that of the part.
func chain(hash uint64, part []byte, n int) uint64 {
	if n == 0 {
		return xxh3.Hash(part)
	}
	return xxh3.HashSeed(part, hash)
}

// arena holds texts that had to be written anew, until the batch that shows them is written.
type arena struct {
	chunks [][]byte
	used   int // chunks in use
}

const arenaChunk = 1 << 20

// room gives an empty slice with space for n bytes.
func (a *arena) room(n int) []byte {
	if a.used > 0 {
		if last := a.chunks[a.used-1]; cap(last)-len(last) >= n {
			return last[len(last):len(last):cap(last)]
		}
	}
	if a.used == len(a.chunks) || cap(a.chunks[a.used]) < n {
		a.chunks = append(a.chunks[:a.used], make([]byte, 0, max(n, arenaChunk)))
	}
	a.used++
	return a.chunks[a.used-1]
}

// keep claims what was appended to the last room.
func (a *arena) keep(text []byte) parquet.ByteArray {
	last := &a.chunks[a.used-1]
	*last = (*last)[:len(*last)+len(text)]
	return text[:len(text):len(text)]
}

func (a *arena) reset() {
	const kept = 4
	a.chunks = a.chunks[:min(len(a.chunks), kept)]
	for i := range a.chunks {
		a.chunks[i] = a.chunks[i][:0]
	}
	a.used = 0
}
