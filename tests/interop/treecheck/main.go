// Treecheck holds a ledger's checkpoint, tiles and proofs against golang.org/x/mod/sumdb: `note` and `tlog`.
//
//	treecheck LEDGER PROOFS
//
// PROOFS has `vkey`, `other-vkey` (another key under the same name), `skey`, and what prova wrote:
// `<index>.tlog-proof` with `<index>.entry`, and `<size>.consistency`. One line a check goes to stdout:
// `ok NAME` or `FAIL NAME: reason`.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func holds(name string, err error) {
	if err == nil {
		fmt.Println("ok", name)
	} else {
		fmt.Printf("FAIL %s: %s\n", name, strings.ReplaceAll(err.Error(), "\n", " "))
	}
}

func refused(name string, err error) {
	if err == nil {
		holds(name, errors.New("accepted"))
	} else {
		holds(name, nil)
	}
}

func must(data []byte, err error) []byte {
	if err != nil {
		fmt.Println("FAIL setup:", err)
		os.Exit(1)
	}
	return data
}

// open verifies a checkpoint; its first line is the origin, the rest has tlog's own tree format.
func open(signed []byte, vkey string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	origin, rest, found := strings.Cut(opened.Text, "\n")
	if !found || origin != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("origin %q, want %q", origin, verifier.Name())
	}
	return tlog.ParseTree([]byte("go.sum database tree\n" + rest))
}

// tiles reads C2SP tile files; flip names one whose first bit is to be wrong.
type tiles struct {
	ledger string
	size   int64
	flip   string
}

func (t tiles) Height() int                     { return 8 }
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// path drops the height, which C2SP fixes at 8 and sumdb spells out.
func path(tile tlog.Tile) string {
	return "tile/" + strings.TrimPrefix(tile.Path(), "tile/8/")
}

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		data, err := os.ReadFile(filepath.Join(t.ledger, path(tile)))
		if err != nil {
			return nil, err
		}
		if path(tile) == t.flip {
			data[0] ^= 1
		}
		all = append(all, data)
	}
	return all, nil
}

// ReadHashes reads the files as they are and believes them. tlog.TileHashReader would check them against the tree, but
// the packaged version (0.7.0) counts the tiles that it has checked by subtrees of the right edge, of which several
// may lie in one tile, and so passes a changed tile in some trees. Here proofs made from the tiles are what is checked.
func (t tiles) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var all []tlog.Hash
	for _, index := range indexes {
		tile := tlog.TileForIndex(8, index)
		tile.W = width(t.size>>(8*tile.L), tile.N)
		data, err := t.ReadTiles([]tlog.Tile{tile})
		if err != nil {
			return nil, err
		}
		hash, err := tlog.HashFromTile(tile, data[0], index)
		if err != nil {
			return nil, err
		}
		all = append(all, hash)
	}
	return all, nil
}

// prove makes an inclusion proof from the tiles and checks it, and the root beside it.
func (t tiles) prove(tree tlog.Tree, index int64, leaf tlog.Hash) error {
	root, err := tlog.TreeHash(tree.N, t)
	if err != nil {
		return err
	}
	if root != tree.Hash {
		return fmt.Errorf("root %v, want %v", root, tree.Hash)
	}
	proof, err := tlog.ProveRecord(tree.N, index, t)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf)
}

// width is that of a tile in a level of so many hashes.
func width(hashes, number int64) int {
	if left := hashes - number<<8; left < 256 {
		return int(left)
	}
	return 256
}

// expected lists the tiles that a tree of this size has, the partial one at the end of each level included.
func expected(size int64) []tlog.Tile {
	var all []tlog.Tile
	for level := 0; size > 0; level, size = level+1, size>>8 {
		for number := int64(0); number<<8 < size; number++ {
			all = append(all, tlog.Tile{H: 8, L: level, N: number, W: width(size, number)})
		}
	}
	return all
}

func entries(ledger string, size int64) ([][]byte, error) {
	var all [][]byte
	for _, tile := range expected(size) {
		if tile.L > 0 {
			break
		}
		name := strings.Replace(path(tile), "tile/0/", "tile/entries/", 1)
		data, err := os.ReadFile(filepath.Join(ledger, name))
		if err != nil {
			return nil, err
		}
		for len(data) > 0 {
			if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
				return nil, fmt.Errorf("%s is cut short", name)
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			all = append(all, data[2:end])
			data = data[end:]
		}
	}
	if int64(len(all)) != size {
		return nil, fmt.Errorf("%d entries, want %d", len(all), size)
	}
	return all, nil
}

// split gives the lines before the empty one and the checkpoint after it.
func split(data []byte) ([]string, []byte) {
	head, tail, _ := bytes.Cut(data, []byte("\n\n"))
	return strings.Split(string(head), "\n"), tail
}

func hashes(lines []string) ([]tlog.Hash, error) {
	var all []tlog.Hash
	for _, line := range lines {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		all = append(all, hash)
	}
	return all, nil
}

func checkNotes(ledger, vkey, other string, signed []byte) {
	_, err := open(signed, other)
	refused("checkpoint, another key of that name", err)
	text, signature, _ := bytes.Cut(signed, []byte("\n\n"))
	for at := range text {
		changed := append([]byte(nil), signed...)
		changed[at] ^= 1
		if _, err := open(changed, vkey); err == nil {
			holds(fmt.Sprintf("checkpoint, byte %d of the text changed", at), errors.New("accepted"))
			return
		}
	}
	holds(fmt.Sprintf("checkpoint, each of %d bytes of the text changed", len(text)), nil)
	encoded := bytes.TrimSpace(signature[bytes.LastIndexByte(signature, ' ')+1:])
	raw := must(base64.StdEncoding.DecodeString(string(encoded)))
	for at := range raw {
		changed := append([]byte(nil), raw...)
		changed[at] ^= 1
		twin := bytes.Replace(signed, encoded, []byte(base64.StdEncoding.EncodeToString(changed)), 1)
		if _, err := open(twin, vkey); err == nil {
			holds(fmt.Sprintf("checkpoint, byte %d of the signature changed", at), errors.New("accepted"))
			return
		}
	}
	holds(fmt.Sprintf("checkpoint, each of %d bytes of the signature changed", len(raw)), nil)
}

func checkTiles(ledger string, tree tlog.Tree, all [][]byte) {
	honest := tiles{ledger, tree.N, ""}
	var indexes []int64
	for index, entry := range all {
		name := fmt.Sprintf("leaf %d", index)
		indexes = append(indexes, tlog.StoredHashIndex(0, int64(index)))
		holds(name, honest.prove(tree, int64(index), tlog.RecordHash(entry)))
		twin := append([]byte(nil), entry...)
		twin[index%len(twin)] ^= 1
		refused(name+", entry changed", honest.prove(tree, int64(index), tlog.RecordHash(twin)))
	}
	_, err := tlog.TileHashReader(tree, honest).ReadHashes(indexes)
	holds("all leaves by TileHashReader", err)
	for _, tile := range expected(tree.N) {
		want, err := tlog.ReadTileData(tile, honest)
		if err == nil {
			found, missing := os.ReadFile(filepath.Join(ledger, path(tile)))
			err = missing
			if err == nil && !bytes.Equal(found, want) {
				err = errors.New("other bytes than the tree gives")
			}
		}
		holds(path(tile), err)
		// The first hash of the tile is changed: the entry whose proof has it as a sibling tells.
		index := (tile.N<<8 + 1) << (8 * tile.L)
		if index >= tree.N {
			index = 0
		}
		bad := tiles{ledger, tree.N, path(tile)}
		refused(path(tile)+", changed", bad.prove(tree, index, tlog.RecordHash(all[index])))
	}
}

func checkInclusion(file, vkey string, tree tlog.Tree, reader tlog.HashReader) {
	index, _ := strconv.ParseInt(strings.TrimSuffix(filepath.Base(file), ".tlog-proof"), 10, 64)
	name := fmt.Sprintf("inclusion of %d", index)
	entry := must(os.ReadFile(strings.TrimSuffix(file, ".tlog-proof") + ".entry"))
	lines, signed := split(must(os.ReadFile(file)))
	if len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || lines[1] != fmt.Sprintf("index %d", index) {
		holds(name, fmt.Errorf("unexpected head %q", lines))
		return
	}
	under, err := open(signed, vkey)
	if err != nil || under != tree {
		holds(name, fmt.Errorf("its checkpoint is not the ledger's: %v", err))
		return
	}
	proof, err := hashes(lines[2:])
	leaf := tlog.RecordHash(entry)
	if err == nil {
		err = tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf)
	}
	holds(name, err)
	own, err := tlog.ProveRecord(tree.N, index, reader)
	if err == nil && fmt.Sprint(own) != fmt.Sprint(tlog.RecordProof(proof)) {
		err = errors.New("sumdb proves it with other hashes")
	}
	holds(name+", the same as sumdb's", err)

	for at := range proof {
		twin := append([]tlog.Hash(nil), proof...)
		twin[at][at%32] ^= 1
		refused(fmt.Sprintf("%s, hash %d changed", name, at), tlog.CheckRecord(twin, tree.N, tree.Hash, index, leaf))
	}
	refused(name+", another index", tlog.CheckRecord(proof, tree.N, tree.Hash, (index+1)%tree.N, leaf))
	refused(name+", another entry", tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry[1:])))
	refused(name+", cut short", tlog.CheckRecord(proof[:len(proof)-1], tree.N, tree.Hash, index, leaf))
}

func checkConsistency(file, vkey string, tree tlog.Tree, reader tlog.HashReader) {
	old, _ := strconv.ParseInt(strings.TrimSuffix(filepath.Base(file), ".consistency"), 10, 64)
	name := fmt.Sprintf("consistency with size %d", old)
	lines, signed := split(must(os.ReadFile(file)))
	if lines[0] != fmt.Sprintf("old %d", old) {
		holds(name, fmt.Errorf("unexpected head %q", lines[0]))
		return
	}
	under, err := open(signed, vkey)
	if err != nil || under != tree {
		holds(name, fmt.Errorf("its checkpoint is not the ledger's: %v", err))
		return
	}
	proof, err := hashes(lines[1:])
	if err != nil {
		holds(name, err)
		return
	}
	before, err := tlog.TreeHash(old, reader)
	if err == nil {
		err = tlog.CheckTree(proof, tree.N, tree.Hash, old, before)
	}
	holds(name, err)
	own, err := tlog.ProveTree(tree.N, old, reader)
	if err == nil && fmt.Sprint(own) != fmt.Sprint(tlog.TreeProof(proof)) {
		err = errors.New("sumdb proves it with other hashes")
	}
	holds(name+", the same as sumdb's", err)

	for at := range proof {
		twin := append([]tlog.Hash(nil), proof...)
		twin[at][at%32] ^= 1
		refused(fmt.Sprintf("%s, hash %d changed", name, at), tlog.CheckTree(twin, tree.N, tree.Hash, old, before))
	}
	before[0] ^= 1
	refused(name+", another old root", tlog.CheckTree(proof, tree.N, tree.Hash, old, before))
}

func main() {
	ledger, proofs := os.Args[1], os.Args[2]
	text := func(name string) string {
		return strings.TrimSpace(string(must(os.ReadFile(filepath.Join(proofs, name)))))
	}
	vkey := text("vkey")
	signed := must(os.ReadFile(filepath.Join(ledger, "checkpoint")))
	tree, err := open(signed, vkey)
	holds("checkpoint", err)
	if err != nil {
		return
	}
	checkNotes(ledger, vkey, text("other-vkey"), signed)

	signer, err := note.NewSigner(text("skey"))
	var again []byte
	if err == nil {
		body, _, _ := bytes.Cut(signed, []byte("\n\n"))
		again, err = note.Sign(&note.Note{Text: string(body) + "\n"}, signer)
	}
	if err == nil && !bytes.Equal(again, signed) {
		err = errors.New("sumdb signs it with other bytes")
	}
	holds("checkpoint, signed again", err)

	all, err := entries(ledger, tree.N)
	holds("entry bundles", err)
	if err != nil {
		return
	}
	checkTiles(ledger, tree, all)
	reader := tiles{ledger, tree.N, ""}
	inclusion, _ := filepath.Glob(filepath.Join(proofs, "*.tlog-proof"))
	for _, file := range inclusion {
		checkInclusion(file, vkey, tree, reader)
	}
	consistency, _ := filepath.Glob(filepath.Join(proofs, "*.consistency"))
	for _, file := range consistency {
		checkConsistency(file, vkey, tree, reader)
	}
}
