package load

import (
	"bytes"
	"io"
)

// blockReader cuts a stream into blocks. It tries to cut where a record ends; the parsers find out
// whether it did.
type blockReader struct {
	in       io.Reader
	size     int
	reach    int    // how far back from a block's end it looks for a place to cut
	rest     []byte // what was read beyond the last cut
	free     chan []byte
	started  bool
	finished bool
	progress func(int64)
}

func newBlockReader(in io.Reader, size, reach, spare int, progress func(int64)) *blockReader {
	return &blockReader{in: in, size: size, reach: reach, free: make(chan []byte, spare), progress: progress}
}

// next gives the next block and whether it is the last one. The caller may give it back with release.
// After the last block it gives io.EOF.
func (r *blockReader) next() (data []byte, last bool, err error) {
	if r.finished {
		return nil, true, io.EOF
	}
	if !r.started {
		r.started = true
		r.rest = make([]byte, len(byteOrderMark))
		n, err := r.fill(r.rest)
		if err != nil && err != io.EOF { //nolint:errorlint // as below
			return nil, false, err
		}
		r.rest = bytes.TrimPrefix(r.rest[:n], []byte(byteOrderMark))
	}
	buffer := r.buffer(len(r.rest) + r.size)
	n := copy(buffer, r.rest)
	read, err := r.fill(buffer[n:])
	data = buffer[:n+read]
	switch {
	case err == io.EOF: //nolint:errorlint // only a bare one is the end; a wrapped one is the stream's own failure
		r.finished = true
		return data, true, nil
	case err != nil:
		return nil, false, err
	}
	at := cut(data, r.reach)
	r.rest = append(r.rest[:0], data[at:]...)
	return data[:at], false, nil
}

// fill reads until the buffer is full or the stream ends. Unlike io.ReadFull it keeps a stream that
// ends (io.EOF) apart from one that breaks off (io.ErrUnexpectedEOF, as of a truncated gzip).
func (r *blockReader) fill(buffer []byte) (int, error) {
	n, idle := 0, 0
	for n < len(buffer) {
		read, err := r.in.Read(buffer[n:])
		n += read
		if err != nil {
			r.report(n)
			return n, err
		}
		if idle++; read > 0 {
			idle = 0
		} else if idle == 100 {
			return n, io.ErrNoProgress
		}
	}
	r.report(n)
	return n, nil
}

func (r *blockReader) report(n int) {
	if r.progress != nil && n > 0 {
		r.progress(int64(n))
	}
}

// buffer gives a buffer of n bytes.
func (r *blockReader) buffer(n int) []byte {
	select {
	case b := <-r.free:
		if cap(b) >= n {
			return b[:n]
		}
	default:
	}
	return make([]byte, n, n+r.reach)
}

// release gives a block back for another use.
func (r *blockReader) release(data []byte) {
	select {
	case r.free <- data:
	default:
	}
}

// cut gives the place at which a block should end: after the last line end that has an even number
// of quotes before it, for then it is not inside a quoted field. If there is none within reach, a
// stray quote upset the count, and the last line end is as good as any.
func cut(data []byte, reach int) int {
	end := lastLineEnd(data)
	if end == 0 {
		return withoutOpenCR(data)
	}
	odd := bytes.Count(data[:end], []byte{'"'})%2 == 1
	for at := end; odd && at > 0 && end-at <= reach; {
		before := lastLineEnd(data[:at-1])
		odd = bytes.Count(data[before:at], []byte{'"'})%2 == 0
		if at = before; !odd && at > 0 {
			return at
		}
	}
	return end
}

// lastLineEnd gives the place after the last line end that is complete, or 0.
func lastLineEnd(data []byte) int {
	if i := bytes.LastIndexByte(data, '\n'); i >= 0 {
		return i + 1
	}
	return bytes.LastIndexByte(data[:withoutOpenCR(data)], '\r') + 1
}

// withoutOpenCR gives the length without a last CR, which an LF may follow.
func withoutOpenCR(data []byte) int {
	if len(data) > 0 && data[len(data)-1] == '\r' {
		return len(data) - 1
	}
	return len(data)
}
