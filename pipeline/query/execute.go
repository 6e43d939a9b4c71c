package query

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/duckdb/duckdb-go/v2"
)

// grace is how long a statement may go on after its deadline. DuckDB looks for a cancellation between
// batches of rows, but not while it plans or works on one huge value.
const grace = 2 * time.Second

// Query runs one SELECT statement. The result must be closed before the next Query. When ctx ends or the time is up,
// Query returns within two seconds, even if DuckDB goes on: then the session answers no more and wants closing.
//
// Errors: ErrRefused and ErrUnknownTable before anything runs; ErrStatement, ErrTimeout and ErrMemory; and the error
// of ctx when the caller cancels.
func (s *Session) Query(ctx context.Context, text string) (*Result, error) {
	if s.closed {
		return nil, fmt.Errorf("%w: the session is closed; open another one", ErrStatement)
	}
	if s.isBusy() {
		return nil, fmt.Errorf("%w: an earlier statement has not stopped yet; open another session", ErrTimeout)
	}
	cancel := func() {}
	if s.timeout > 0 {
		ctx, cancel = context.WithTimeout(ctx, s.timeout)
	}
	r, err := s.queryWithin(ctx, text)
	if err != nil {
		cancel()
		return nil, err
	}
	finish := r.finish
	r.finish = func() error {
		defer cancel()
		return finish()
	}
	return r, nil
}

// queryWithin runs the statement beside the caller, so that the caller is not held up by one that cannot be stopped.
func (s *Session) queryWithin(ctx context.Context, text string) (*Result, error) {
	var result *Result
	var failure error
	done := make(chan struct{})
	s.running = done
	go func() {
		defer close(done)
		result, failure = s.query(ctx, text)
	}()
	select {
	case <-done:
		return result, failure
	case <-ctx.Done():
	}
	late := time.NewTimer(grace)
	defer late.Stop()
	select {
	case <-done:
		return result, failure
	case <-late.C:
		return nil, s.explain(ctx, ctx.Err())
	}
}

// isBusy says whether a statement still runs that its caller has given up.
func (s *Session) isBusy() bool {
	if s.running == nil {
		return false
	}
	select {
	case <-s.running:
		return false
	default:
		return true
	}
}

func (s *Session) query(ctx context.Context, text string) (*Result, error) {
	statement, err := s.gate(ctx, text)
	if err != nil {
		return nil, err
	}
	if err := s.bind(ctx, statement); err != nil {
		return nil, err
	}
	s.results++
	r := &Result{
		table: "temp.main." + quoteName(s.resultName()),
		fetch: func(query string, args ...any) (*sql.Rows, error) {
			return s.conn.QueryContext(ctx, query, args...)
		},
		explain: func(err error) error { return s.explain(ctx, err) },
	}
	r.finish = func() error {
		if s.closed {
			return nil
		}
		// The deadline may have passed, and the table must go all the same.
		if _, err := s.conn.ExecContext(context.WithoutCancel(ctx), "drop table if exists "+r.table); err != nil {
			return fmt.Errorf("release a result: %w", err)
		}
		return nil
	}
	if err := s.materialise(ctx, r, statement); err != nil {
		return nil, errors.Join(err, r.finish())
	}
	return r, nil
}

func (s *Session) resultName() string { return fmt.Sprintf("truce result %d", s.results) }

// bind has the driver confirm what the gate found. Prepare without a context refuses several statements;
// PrepareContext would run all but the last.
func (s *Session) bind(ctx context.Context, statement string) error {
	err := s.conn.Raw(func(raw any) error {
		conn, ok := raw.(*duckdb.Conn)
		if !ok {
			return fmt.Errorf("the connection is a %T", raw)
		}
		prepared, err := conn.Prepare(statement)
		if err != nil {
			return err
		}
		return errors.Join(confirmSelect(prepared), prepared.Close())
	})
	if err != nil && !errors.Is(err, ErrRefused) {
		return s.explain(ctx, err)
	}
	return err
}

func confirmSelect(prepared driver.Stmt) error {
	bound, ok := prepared.(*duckdb.Stmt)
	if !ok {
		return refuse("it cannot be checked")
	}
	if kind, err := bound.StatementType(); err != nil || kind != duckdb.STATEMENT_TYPE_SELECT || bound.NumInput() > 0 {
		return refuse("only %s is allowed", whatIsAllowed)
	}
	return nil
}

// materialise computes the statement into r's table and describes it. One row over the cap tells that there are more.
func (s *Session) materialise(ctx context.Context, r *Result, statement string) error {
	create := "create temp table " + r.table + " as select * from (\n" + statement + "\n)"
	if s.maxRows > 0 {
		create += fmt.Sprintf(" limit %d", s.maxRows+1)
	}
	if _, err := s.conn.ExecContext(ctx, create); err != nil {
		return s.explain(ctx, err)
	}
	row := s.conn.QueryRowContext(ctx, "select count(*) from "+r.table)
	if err := row.Scan(&r.Rows); err != nil {
		return s.explain(ctx, err)
	}
	if s.maxRows > 0 && r.Rows > int64(s.maxRows) {
		r.Rows, r.Truncated = int64(s.maxRows), true
	}
	rows, err := s.conn.QueryContext(ctx, `
		select column_name, data_type from duckdb_columns()
		where database_name = 'temp' and table_name = ? order by column_index`,
		s.resultName())
	if err != nil {
		return s.explain(ctx, err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err below reports what went wrong
	for rows.Next() {
		var column Column
		if err := rows.Scan(&column.Name, &column.Type); err != nil {
			return s.explain(ctx, err)
		}
		r.Columns = append(r.Columns, column)
		r.kinds = append(r.kinds, kindOf(column.Type))
	}
	if err := rows.Err(); err != nil {
		return s.explain(ctx, err)
	}
	return nil
}
