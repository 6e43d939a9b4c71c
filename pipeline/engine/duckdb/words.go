package duckdb

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"truce/pipeline/model"
)

// wordsSchema holds views that stand in for relations while a mart is built.
const wordsSchema = "words"

// publishLarge writes a report or a mart. The rows of a mart are sorted with all their columns, and a text
// is 16 bytes or more of what a sort moves. So where a file that the mart reads has few words in a column,
// they are numbers of a byte or two, an ENUM, until they are written. What it reads through a view stays text.
func (s *session) publishLarge(ctx context.Context, m *model.Model, path string) (err error) {
	if m.Kind != model.Fact || m.Own {
		return s.exec(ctx, s.publishStatement(m, sorted(m, m.SQL), path))
	}
	if err := s.exec(ctx, "create schema "+wordsSchema); err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, s.exec(ctx, "set search_path = 'main'", "drop schema "+wordsSchema+" cascade"))
	}()
	for _, read := range s.plan.Graph.Models {
		if slices.Contains(m.DependsOn, read.Name) && !read.View && !read.Published() {
			if err := s.numberWords(ctx, read.Name); err != nil {
				return err
			}
		}
	}
	if err := s.exec(ctx, "set search_path = '"+wordsSchema+",main'"); err != nil {
		return err
	}
	return s.exec(ctx, s.publishStatement(m, sorted(m, m.SQL), path))
}

// numberWords makes the view of a relation in which columns with few words or none are ENUMs. Its file holds
// those in a dictionary throughout, and perhaps others, because how rows are grouped there is left to chance;
// so the words are counted too.
func (s *session) numberWords(ctx context.Context, name string) error {
	file, relation := filepath.Join(s.plan.Work, name+".parquet"), "main."+identifier(name)
	columns, err := s.texts(ctx, "select path_in_schema from parquet_metadata("+literal(globbed(file))+`)
		where type = 'BYTE_ARRAY'
		group by path_in_schema
		having bool_and(dictionary_page_offset is not null or stats_null_count = num_values)`)
	if err != nil {
		return err
	}
	var casts []string
	for _, column := range columns {
		words := fmt.Sprintf("%s.%s", wordsSchema, identifier(name+"."+column))
		values := fmt.Sprintf("select distinct %[1]s from %[2]s where %[1]s is not null order by 1", identifier(column), relation)
		if err := s.exec(ctx, fmt.Sprintf("create type %s as enum (%s)", words, values)); err != nil {
			return err
		}
		few, err := s.texts(ctx, "select 'few' where len(enum_range(cast(null as "+words+"))) <= "+fewWords)
		if err != nil {
			return err
		}
		if len(few) > 0 {
			casts = append(casts, fmt.Sprintf("cast(%[1]s as %[2]s) as %[1]s", identifier(column), words))
		}
	}
	if len(casts) == 0 {
		return nil
	}
	return s.exec(ctx, fmt.Sprintf("create view %s.%s as select * replace (%s) from %s",
		wordsSchema, identifier(name), strings.Join(casts, ", "), relation))
}

// texts gives the first column of a query.
func (s *session) texts(ctx context.Context, query string) (values []string, err error) {
	rows, err := s.conn.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var value string
		if err := rows.Scan(&value); err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	return values, rows.Err()
}
