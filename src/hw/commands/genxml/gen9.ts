/**
 * Mesa 22.3.6, src/intel/genxml/gen9.xml, every fact of it. Made from that file by test/hw/genxml-text.ts,
 * never by hand: see table.ts. Its notice:
 *
 * @license MIT, Copyright © Intel Corporation and the contributors of Mesa
 *
 * Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
 * documentation files (the "Software"), to deal in the Software without restriction, including without
 * limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the
 * Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:
 *
 * The above copyright notice and this permission notice (including the next paragraph) shall be included in all
 * copies or substantial portions of the Software.
 *
 * THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO
 * THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
 * AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF
 * CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER
 * DEALINGS IN THE SOFTWARE.
 */
export const GEN9 = `enum BLENDFACTOR 3D_Color_Buffer_Blend_Factor
 1=ONE; 2=SRC_COLOR; 3=SRC_ALPHA; 4=DST_ALPHA; 5=DST_COLOR; 6=SRC_ALPHA_SATURATE; 7=CONST_COLOR; 8=CONST_ALPHA
 9=SRC1_COLOR; 10=SRC1_ALPHA; 17=ZERO; 18=INV_SRC_COLOR; 19=INV_SRC_ALPHA; 20=INV_DST_ALPHA; 21=INV_DST_COLOR
 23=INV_CONST_COLOR; 24=INV_CONST_ALPHA; 25=INV_SRC1_COLOR; 26=INV_SRC1_ALPHA
enum BLENDFUNCTION 3D_Color_Buffer_Blend_Function
 0=ADD; 1=SUBTRACT; 2=REVERSE_SUBTRACT; 3=MIN; 4=MAX
enum COMPAREFUNCTION 3D_Compare_Function
 0=ALWAYS; 1=NEVER; 2=LESS; 3=EQUAL; 4=LEQUAL; 5=GREATER; 6=NOTEQUAL; 7=GEQUAL
enum LOGICOP 3D_Logic_Op_Function
 0=CLEAR; 1=NOR; 2=AND_INVERTED; 3=COPY_INVERTED; 4=AND_REVERSE; 5=INVERT; 6=XOR; 7=NAND; 8=AND; 9=EQUIV
 10=NOOP; 11=OR_INVERTED; 12=COPY; 13=OR_REVERSE; 14=OR; 15=SET
enum 3DPRIM 3D_Prim_Topo_Type
 1=POINTLIST; 2=LINELIST; 3=LINESTRIP; 4=TRILIST; 5=TRISTRIP; 6=TRIFAN; 7=QUADLIST; 8=QUADSTRIP
 9=LINELIST_ADJ; 10=LINESTRIP_ADJ; 11=TRILIST_ADJ; 12=TRISTRIP_ADJ; 13=TRISTRIP_REVERSE; 14=POLYGON
 15=RECTLIST; 16=LINELOOP; 17=POINTLIST _BF; 18=LINESTRIP_CONT; 19=LINESTRIP_BF; 20=LINESTRIP_CONT_BF
 22=TRIFAN_NOSTIPPLE; 32=PATCHLIST_1; 33=PATCHLIST_2; 34=PATCHLIST_3; 35=PATCHLIST_4; 36=PATCHLIST_5
 37=PATCHLIST_6; 38=PATCHLIST_7; 39=PATCHLIST_8; 40=PATCHLIST_9; 41=PATCHLIST_10; 42=PATCHLIST_11
 43=PATCHLIST_12; 44=PATCHLIST_13; 45=PATCHLIST_14; 46=PATCHLIST_15; 47=PATCHLIST_16; 48=PATCHLIST_17
 49=PATCHLIST_18; 50=PATCHLIST_19; 51=PATCHLIST_20; 52=PATCHLIST_21; 53=PATCHLIST_22; 54=PATCHLIST_23
 55=PATCHLIST_24; 56=PATCHLIST_25; 57=PATCHLIST_26; 58=PATCHLIST_27; 59=PATCHLIST_28; 60=PATCHLIST_29
 61=PATCHLIST_30; 62=PATCHLIST_31; 63=PATCHLIST_32
enum STENCILOP 3D_Stencil_Operation
 0=KEEP; 1=ZERO; 2=REPLACE; 3=INCRSAT; 4=DECRSAT; 5=INCR; 6=DECR; 7=INVERT
enum VFCOMP 3D_Vertex_Component_Control
 0=NOSTORE; 1=STORE_SRC; 2=STORE_0; 3=STORE_1_FP; 4=STORE_1_INT; 7=STORE_PID
enum MI_ATOMIC_OP Atomic_OPCODE
 1=AND; 2=OR; 3=XOR; 4=MOVE; 5=INC; 6=DEC; 7=ADD; 8=SUB; 9=RSUB; 10=IMAX; 11=IMIN; 12=UMAX; 13=UMIN; 14=CMP_WR
 15=PREDEC; 33=AND8B; 34=OR8B; 35=XOR8B; 36=MOVE8B; 37=INC8B; 38=DEC8B; 39=ADD8B; 40=SUB8B; 41=RSUB8B
 42=IMAX8B; 43=IMIN8B; 44=UMAX8B; 45=UMIN8B; 46=CMP_WR8B; 47=PREDEC8B; 78=CMP_WR16B
enum ACF Attribute_Component_Format
 0=disabled; 1=.xy; 2=.xyz; 3=.xyzw
enum CE COMPONENT_ENABLES
 0=NONE; 1=X; 2=Y; 3=XY; 4=Z; 5=XZ; 6=YZ; 7=XYZ; 8=W; 9=XW; 10=YW; 11=XYW; 12=ZW; 13=XZW; 14=YZW; 15=XYZW
enum SCS Shader Channel Select
 0=ZERO; 1=ONE; 4=RED; 5=GREEN; 6=BLUE; 7=ALPHA
enum TCM Texture Coordinate Mode
 0=WRAP; 1=MIRROR; 2=CLAMP; 3=CUBE; 4=CLAMP_BORDER; 5=MIRROR_ONCE; 6=HALF_BORDER
enum WSE WRAP_SHORTEST_ENABLE
 1=X; 2=Y; 3=XY; 4=Z; 5=XZ; 6=YZ; 7=XYZ; 8=W; 9=XW; 10=YW; 11=XYW; 12=ZW; 13=XZW; 14=YZW; 15=XYZW
struct 10 3DSTATE_CONSTANT_BODY
*4 0 16
0-15 u Read Length
.
*4 64 64
5-63 a Buffer
.
struct 1 BINDING_TABLE_EDIT_ENTRY
0-15 o Surface State Pointer
16-23 u Binding Table Index
struct 1 BINDING_TABLE_STATE
6-31 o Surface State Pointer
struct 2 BLEND_STATE_ENTRY
0 b Write Disable Blue
1 b Write Disable Green
2 b Write Disable Red
3 b Write Disable Alpha
5-7 <3D_Color_Buffer_Blend_Function> Alpha Blend Function
8-12 <3D_Color_Buffer_Blend_Factor> Destination Alpha Blend Factor
13-17 <3D_Color_Buffer_Blend_Factor> Source Alpha Blend Factor
18-20 <3D_Color_Buffer_Blend_Function> Color Blend Function
21-25 <3D_Color_Buffer_Blend_Factor> Destination Blend Factor
26-30 <3D_Color_Buffer_Blend_Factor> Source Blend Factor
31 b Color Buffer Blend Enable
32 b Post-Blend Color Clamp Enable
33 b Pre-Blend Color Clamp Enable
34-35 u Color Clamp Range
 0=COLORCLAMP_UNORM; 1=COLORCLAMP_SNORM; 2=COLORCLAMP_RTFORMAT
36 b Pre-Blend Source Only Clamp Enable
59-62 <3D_Logic_Op_Function> Logic Op Function
63 b Logic Op Enable
struct 1 BLEND_STATE
19-20 u Y Dither Offset
21-22 u X Dither Offset
23 b Color Dither Enable
24-26 <3D_Compare_Function> Alpha Test Function
27 b Alpha Test Enable
28 b Alpha To Coverage Dither Enable
29 b Alpha To One Enable
30 b Independent Alpha Blend Enable
31 b Alpha To Coverage Enable
*0 32 64
0-63 <BLEND_STATE_ENTRY> Entry
.
struct 2 CC_VIEWPORT
0-31 f Minimum Depth
32-63 f Maximum Depth
struct 6 COLOR_CALC_STATE
0 u Alpha Test Format
 0=ALPHATEST_UNORM8; 1=ALPHATEST_FLOAT32
15 b Round Disable Function Disable
32-63 u Alpha Reference Value As UNORM8
32-63 f Alpha Reference Value As FLOAT32
64-95 f Blend Constant Color Red
96-127 f Blend Constant Color Green
128-159 f Blend Constant Color Blue
160-191 f Blend Constant Color Alpha
struct 1 EXECUTION_UNIT_EXTENDED_MESSAGE_DESCRIPTOR
0-3 u Target Function ID
5 u End Of Thread
 0=No Termination; 1=EOT
6-9 u Extended Message Length
struct 1 FILTER_COEFFICIENT
0-7 s1.6 Filter Coefficient
struct 2 FRAMEDELTAQP
*8 0 8
0-7 i Frame Delta QP
.
struct 2 FRAMEDELTAQPRANGE
*8 0 8
0-7 u Frame Delta QP Range
.
struct 1 GATHER_CONSTANT_ENTRY
0-3 u Binding Table Index Offset
4-7 u Channel Mask
8-15 o Constant Buffer Offset
struct 1 MEMORYADDRESSATTRIBUTES
1-6 u MOCS !
7-8 u Arbitration Priority Control
 0=Highest priority; 1=Second highest priority; 2=Third highest priority; 3=Lowest priority
9 b Memory Compression Enable
12 u Row Store Scratch Buffer Cache Select
 0=LLC; 1=Internal Media Storage
13-14 u Tiled Resource Mode
 0=TRMODE_NONE; 1=TRMODE_TILEYF; 2=TRMODE_TILEYS
struct 4 HCP_PAK_INSERT_OBJECT_INDIRECT_PAYLOAD
0-31 u Indirect Payload Data Size in bits
32-95 a Indirect Payload Base Address
96-127 <MEMORYADDRESSATTRIBUTES> Indirect Payload Base Address2
struct 1 HCP_REF_LIST_ENTRY
0-7 u Reference Picture tb Value
8-10 u List Entry
11 u Chroma Weighted Prediction
 0=Default; 1=Explicit
12 u Luma Weighted Prediction
 0=Default; 1=Explicit
13 b Long Term Reference
14 b Field Pic
15 b Top Field
struct 1 HCP_TILE_POSITION_IN_CTB
0-7 u CtbPos0+i
8-15 u CtbPos1+i
16-23 u CtbPos2+i
24-31 u CtbPos3+i
struct 1 HCP_WEIGHTOFFSET_CHROMA_ENTRY
0-7 i Delta Chroma Weight LX[0]
8-15 u Chroma Offset LX[0]
16-23 i Delta Chroma Weight LX[1]
24-31 u Chroma Offset LX[1]
struct 1 HCP_WEIGHTOFFSET_LUMA_ENTRY
0-7 i Delta Luma Weight LX
8-15 u Luma Offset LX
struct 1 HEVC_ARBITRATION_PRIORITY
0-1 u Priority
 0=Highest priority; 1=Second highest priority; 2=Third highest priority; 3=Lowest priority
struct 1 HEVC_VP9_RDOQ_LAMBDA_FIELDS
0-15 u Lambda Value 0
16-31 u Lambda Value 1
struct 3 HUC_VIRTUAL_ADDR_REGION
0-63 a Address
64-95 <MEMORYADDRESSATTRIBUTES> Memory Address Attributes
struct 3 INLINE_DATA_DESCRIPTION_FOR_MFD_AVC_BSD_OBJECT
0 b MB Error Concealment P Slice Weight Prediction Disable
1 b MB Error Concealment P Slice Motion Vectors Override Disable
3 b MB Error Concealment B Spatial Weight Prediction Disable
4 b MB Error Concealment B Spatial Motion Vectors Override Disable
6-7 u MB Error Concealment B Spatial Prediction Mode
8 b MB Header Error Handling
10 b Entropy Error Handling
12 b MPR Error Handling
14 b BSD Premature Complete Error Handling
16-21 u Concealment Picture ID
24 b MB Error Concealment B Temporal Weight Prediction Disable
25 b MB Error Concealment B Temporal Motion Vectors Override Enable
27-28 u MB Error Concealment B Temporal Prediction Mode =0
29 u Intra PredMode (4x4/8x8 Luma) Error Control
30 b Init Current MB Number
31 u Concealment Method
32-34 u First MB Bit Offset
35 b Last Slice
36 b Emulation Prevention Byte Present
39 b Fix Prev MB Skipped
48-63 u First MB Byte Offset of Slice Data or Slice Header
64 b Intra Prediction Error Control
65 b Intra 8x8/4x4 Prediction Error Concealment Control
68-70 u B Slice Temporal Inter Concealment Mode
72-74 u B Slice Spatial Inter Concealment Mode
76-77 u B Slice Inter Direct Type Concealment Mode
79 u B Slice Concealment Mode
 1=Intra Concealment; 0=Inter Concealment
80-82 u P Slice Inter Concealment Mode
87 u P Slice Concealment Mode
 1=Intra Concealment; 0=Inter Concealment
88-93 u Concealment Reference Picture + Field Bit
95 u I Slice Concealment Mode
 1=Intra Concealment; 0=Inter Concealment
struct 8 INTERFACE_DESCRIPTOR_DATA
6-47 o Kernel Start Pointer
71 b Software Exception Enable
75 b Mask Stack Exception Enable
77 b Illegal Opcode Exception Enable
80 u Floating Point Mode
 0=IEEE-754; 1=Alternate
81 u Thread Priority
 0=Normal Priority; 1=High Priority
82 b Single Program Flow
83 u Denorm Mode
 0=Ftz; 1=SetByKernel
98-100 u Sampler Count
 0=No samplers used; 1=Between 1 and 4 samplers used; 2=Between 5 and 8 samplers used
 3=Between 9 and 12 samplers used; 4=Between 13 and 16 samplers used
101-127 o Sampler State Pointer
128-132 u Binding Table Entry Count
133-143 o Binding Table Pointer
160-175 u Constant URB Entry Read Offset
176-191 u Constant URB Entry Read Length
192-201 u Number of Threads in GPGPU Thread Group
207 b Global Barrier Enable
208-212 u Shared Local Memory Size
 0=Encodes 0K; 1=Encodes 1K; 2=Encodes 2K; 3=Encodes 4K; 4=Encodes 8K; 5=Encodes 16K; 6=Encodes 32K
 7=Encodes 64K
213 b Barrier Enable
214-215 u Rounding Mode
 0=RTNE; 1=RU; 2=RD; 3=RTZ
224-231 u Cross-Thread Constant Data Read Length
struct 2 MFD_MPEG2_BSD_OBJECT_INLINE_DATA_DESCRIPTION
0-2 u First MB Bit Offset
3 b Last MB
5 b Last Pic Slice
6 u Slice Concealment Type
7 u Slice Concealment Override
8-15 u MB Count
16-23 u Slice Vertical Position
24-31 u Slice Horizontal Position
32-39 u Next Slice Horizontal Position
40-48 u Next Slice Vertical Position
56-60 u Quantizer Scale Code
struct 1 MI_MATH_ALU_INSTRUCTION
0-9 u Operand 2 ^MI_ALU
 0=REG0; 1=REG1; 2=REG2; 3=REG3; 4=REG4; 5=REG5; 6=REG6; 7=REG7; 8=REG8; 9=REG9; 10=REG10; 11=REG11; 12=REG12
 13=REG13; 14=REG14; 15=REG15; 32=SRCA; 33=SRCB; 49=ACCU; 50=ZF; 51=CF
10-19 u Operand 1 ^MI_ALU
 0=REG0; 1=REG1; 2=REG2; 3=REG3; 4=REG4; 5=REG5; 6=REG6; 7=REG7; 8=REG8; 9=REG9; 10=REG10; 11=REG11; 12=REG12
 13=REG13; 14=REG14; 15=REG15; 32=SRCA; 33=SRCB; 49=ACCU; 50=ZF; 51=CF
20-31 u ALU Opcode ^MI_ALU
 0=NOOP; 128=LOAD; 1152=LOADINV; 129=LOAD0; 1153=LOAD1; 256=ADD; 257=SUB; 258=AND; 259=OR; 260=XOR; 384=STORE
 1408=STOREINV
struct 1 PALETTE_ENTRY
0-7 u Blue
8-15 u Green
16-23 u Red
24-31 u Alpha
struct 16 RENDER_SURFACE_STATE
0 b Cube Face Enable - Positive Z
1 b Cube Face Enable - Negative Z
2 b Cube Face Enable - Positive Y
3 b Cube Face Enable - Negative Y
4 b Cube Face Enable - Positive X
5 b Cube Face Enable - Negative X
6-7 u Media Boundary Pixel Mode
 0=NORMAL_MODE; 2=PROGRESSIVE_FRAME; 3=INTERLACED_FRAME
8 u Render Cache Read Write Mode
 0=Write-Only Cache; 1=Read-Write Cache
9 b Sampler L2 Bypass Mode Disable
10 u Vertical Line Stride Offset
11 u Vertical Line Stride
12-13 u Tile Mode
 0=LINEAR; 1=WMAJOR; 2=XMAJOR; 3=YMAJOR
14-15 u Surface Horizontal Alignment
 1=HALIGN_4; 2=HALIGN_8; 3=HALIGN_16
16-17 u Surface Vertical Alignment
 1=VALIGN_4; 2=VALIGN_8; 3=VALIGN_16
18-27 u Surface Format
28 b Surface Array
29-31 u Surface Type
 0=SURFTYPE_1D; 1=SURFTYPE_2D; 2=SURFTYPE_3D; 3=SURFTYPE_CUBE; 4=SURFTYPE_BUFFER; 5=SURFTYPE_STRBUF
 7=SURFTYPE_NULL
32-46 u Surface QPitch
51-55 u4.1 Base Mip Level
56-62 u MOCS !
64-77 u Width
80-93 u Height
96-113 u Surface Pitch
117-127 u Depth
128-130 u Multisample Position Palette Index
131-133 u Number of Multisamples
 0=MULTISAMPLECOUNT_1; 1=MULTISAMPLECOUNT_2; 2=MULTISAMPLECOUNT_4; 3=MULTISAMPLECOUNT_8; 4=MULTISAMPLECOUNT_16
134 u Multisampled Surface Storage Format
 0=MSFMT_MSS; 1=MSFMT_DEPTH_STENCIL
135-145 u Render Target View Extent
146-156 u Minimum Array Element
157-158 u Render Target And Sample Unorm Rotation
 0=0DEG; 1=90DEG; 2=180DEG; 3=270DEG
160-163 u MIP Count / LOD
164-167 u Surface Min LOD
168-171 u Mip Tail Start LOD
174 u Coherency Type
 0=GPU coherent; 1=IA coherent
178-179 u Tiled Resource Mode
 0=NONE; 1=4KB; 2=64KB; 1=TILEYF; 2=TILEYS
180 b EWA Disable For Cube
181-183 u Y Offset
185-191 u X Offset
192-194 u Auxiliary Surface Mode
 0=AUX_NONE; 1=AUX_CCS_D; 2=AUX_APPEND; 3=AUX_HIZ; 5=AUX_CCS_E
192-205 u Y Offset for U or UV Plane
195-203 u Auxiliary Surface Pitch
208-222 u Auxiliary Surface QPitch
208-221 u X Offset for U or UV Plane
223 b Separate UV Plane Enable
224-235 u4.8 Resource Min LOD
240-242 <Shader Channel Select> Shader Channel Select Alpha
243-245 <Shader Channel Select> Shader Channel Select Blue
246-248 <Shader Channel Select> Shader Channel Select Green
249-251 <Shader Channel Select> Shader Channel Select Red
254 b Memory Compression Enable
255 u Memory Compression Mode
 0=Horizontal; 1=Vertical
256-319 a Surface Base Address
320-324 u Quilt Width
325-329 u Quilt Height
332-383 a Auxiliary Surface Base Address
341-351 u Auxiliary Table Index for Media Compressed Surface
352-365 u Y Offset for V Plane
368-381 u X Offset for V Plane
384-415 f Hierarchical Depth Clear Value
384-415 i Red Clear Color
416-447 i Green Clear Color
448-479 i Blue Clear Color
480-511 i Alpha Clear Color
struct 1 ROUNDINGPRECISIONTABLE_3_BITS
0-2 u Rounding Precision
 0=+1/16; 1=+2/16; 2=+3/16; 3=+4/16; 4=+5/16; 5=+6/16; 6=+7/16; 7=+8/16
struct 4 SAMPLER_BORDER_COLOR_STATE
0-31 f Border Color Float Red
0-31 u Border Color 32bit Red
32-63 f Border Color Float Green
32-63 u Border Color 32bit Green
64-95 f Border Color Float Blue
64-95 u Border Color 32bit Blue
96-127 f Border Color Float Alpha
96-127 u Border Color 32bit Alpha
struct 4 SAMPLER_STATE
0 u Anisotropic Algorithm
 0=LEGACY; 1=EWA Approximation
1-13 s4.8 Texture LOD Bias
14-16 u Min Mode Filter ^MAPFILTER
 0=NEAREST; 1=LINEAR; 2=ANISOTROPIC; 6=MONO
17-19 u Mag Mode Filter ^MAPFILTER
 0=NEAREST; 1=LINEAR; 2=ANISOTROPIC; 6=MONO
20-21 u Mip Mode Filter ^MIPFILTER
 0=NONE; 1=NEAREST; 3=LINEAR
22-26 u Coarse LOD Quality Mode
27-28 u LOD PreClamp Mode ^CLAMP_MODE
 0=NONE; 2=OGL
29 u Texture Border Color Mode
 0=DX10/OGL; 1=DX9
31 b Sampler Disable
32 u Cube Surface Control Mode
 0=PROGRAMMED; 1=OVERRIDE
33-35 u Shadow Function ^PREFILTEROP
 0=ALWAYS; 1=NEVER; 2=LESS; 3=EQUAL; 4=LEQUAL; 5=GREATER; 6=NOTEQUAL; 7=GEQUAL
36 u ChromaKey Mode
 0=KEYFILTER_KILL_ON_ANY_MATCH; 1=KEYFILTER_REPLACE_BLACK
37-38 u ChromaKey Index
39 b ChromaKey Enable
40-51 u4.8 Max LOD
52-63 u4.8 Min LOD
64 u LOD Clamp Magnification Mode
 0=MIPNONE; 1=MIPFILTER
70-87 o Border Color Pointer
96-98 <Texture Coordinate Mode> TCZ Address Control Mode
99-101 <Texture Coordinate Mode> TCY Address Control Mode
102-104 <Texture Coordinate Mode> TCX Address Control Mode
105 b Reduction Type Enable
106 b Non-normalized Coordinate Enable
107-108 u Trilinear Filter Quality
 0=FULL; 1=HIGH; 2=MED; 3=LOW
109 b R Address Min Filter Rounding Enable
110 b R Address Mag Filter Rounding Enable
111 b V Address Min Filter Rounding Enable
112 b V Address Mag Filter Rounding Enable
113 b U Address Min Filter Rounding Enable
114 b U Address Mag Filter Rounding Enable
115-117 u Maximum Anisotropy
 0=RATIO 2:1; 1=RATIO 4:1; 2=RATIO 6:1; 3=RATIO 8:1; 4=RATIO 10:1; 5=RATIO 12:1; 6=RATIO 14:1; 7=RATIO 16:1
118-119 u Reduction Type
 0=STD_FILTER; 1=COMPARISON; 2=MINIMUM; 3=MAXIMUM
struct 8 SAMPLER_STATE_8X8_AVS_COEFFICIENTS
*4 0 8
0-7 s1.6 Table 0 Filter Coefficient
.
*4 0 32
0-7 s1.6 Table 1 Filter Coefficient0
8-15 s1.6 Table 1 Filter Coefficient1
.
struct 2 SCISSOR_RECT
0-15 u Scissor Rectangle X Min
16-31 u Scissor Rectangle Y Min
32-47 u Scissor Rectangle X Max
48-63 u Scissor Rectangle Y Max
struct 64 SFC_AVS_CHROMA_COEFF_TABLE_BODY
0-7 s1.6 Table 1X Filter Coefficient[[n],2]
8-15 s1.6 Table 1Y Filter Coefficient[[n],2]
16-23 s1.6 Table 1X Filter Coefficient[[n],3]
24-31 s1.6 Table 1Y Filter Coefficient[[n],3]
32-39 s1.6 Table 1X Filter Coefficient[[n],4]
40-47 s1.6 Table 1Y Filter Coefficient[[n],4]
48-55 s1.6 Table 1X Filter Coefficient[[n],5]
56-63 s1.6 Table 1Y Filter Coefficient[[n],5]
*31 64 64
0-63 u Filter Coefficients
.
struct 128 SFC_AVS_LUMA_COEFF_TABLE_BODY
0-7 s1.6 Table 0X Filter Coefficient[[n],0]
8-15 s1.6 Table 0Y Filter Coefficient[[n],0]
16-23 s1.6 Table 0X Filter Coefficient[[n],1]
24-31 s1.6 Table 0Y Filter Coefficient[[n],1]
32-39 s1.6 Table 0X Filter Coefficient[[n],2]
40-47 s1.6 Table 0Y Filter Coefficient[[n],2]
48-55 s1.6 Table 0X Filter Coefficient[[n],3]
56-63 s1.6 Table 0Y Filter Coefficient[[n],3]
64-71 s1.6 Table 0X Filter Coefficient[[n],4]
72-79 s1.6 Table 0Y Filter Coefficient[[n],4]
80-87 s1.6 Table 0X Filter Coefficient[[n],5]
88-95 s1.6 Table 0Y Filter Coefficient[[n],5]
96-103 s1.6 Table 0X Filter Coefficient[[n],6]
104-111 s1.6 Table 0Y Filter Coefficient[[n],6]
112-119 s1.6 Table 0X Filter Coefficient[[n],7]
120-127 s1.6 Table 0Y Filter Coefficient[[n],7]
*31 128 128
0-127 u Filter Coefficients
.
struct 2 SFC_AVS_STATE_BODY
0-2 u Transition Area with 8 Pixels
4-6 u Transition Area with 4 Pixels
24-31 u Sharpness Level
32-39 u Max Derivative 8 Pixels
48-55 u Max Derivative 4 Pixels
struct 23 SFC_IEF_STATE_BODY
0-5 u Gain Factor =44
6-11 u Weak Edge Threshold =1
12-17 u Strong Edge Threshold =8
18-22 u0.5 R3x Coefficient =5
23-27 u0.5 R3c Coefficient =5
32-39 u Global Noise Estimation
40-42 u Non Edge Weight
43-45 u Regular Weight
46-48 u Strong Edge Weight
49-53 u0.5 R5x Coefficient
54-58 u0.5 R5cx Coefficient
59-63 u0.5 R5c Coefficient
64-71 s0.7 STD Sin(alpha)
72-79 s0.7 STD Cos(alpha)
80-85 u Sat_Max
86-91 u Hue_Max
96-106 s2.8 S3U
108-110 u Diamond Margin
111 b VY_STD_Enable
112-119 u U_Mid
120-127 u V_Mid
128-134 i Diamond_dv
135-140 u Diamond_Th
141-148 u2.6 Diamond_alpha
149-151 u HS_margin
152-158 i Diamond_du
159 u Skin Detail Factor
 0=Detail Revealed; 1=Not Detail Revealed
160-167 u Y_point_1
168-175 u Y_point_2
176-183 u Y_point_3
184-191 u Y_point_4
192-207 u0.16 INV_Margin_VYL
224-239 u0.16 INV_Margin_VYU
240-247 u P0L
248-255 u P1L
256-263 u P2L
264-271 u P3L
272-279 u B0L
280-287 u B1L
288-295 u B2L
296-303 u B3L
304-314 s2.8 S0L
315-319 u2.3 Y_Slope_2
320-330 s2.8 S1L
331-341 s2.8 S2L
352-362 s2.8 S3L
363-370 u P0U
371-378 u P1U
379-383 u2.3 Y_Slope1
384-391 u P2U
392-399 u P3U
400-407 u B0U
408-415 u B1U
416-423 u B2U
424-431 u B3U
432-442 s2.8 S0U
448-458 s2.8 S1U
459-469 s2.8 S2U
480 b Transform Enable
481 b YUV Channel Swap
483-495 s2.10 C0
496-508 s2.10 C1
512-524 s2.10 C2
525-537 s2.10 C3
544-556 s2.10 C4
557-569 s2.10 C5
576-588 s2.10 C6
589-601 s2.10 C7
608-620 s2.10 C8
640-650 s2.8 Offset In 1
651-661 s2.8 Offset Out 1
672-682 s2.8 Offset In 2
683-693 s2.8 Offset Out 2
704-714 s2.8 Offset In 3
715-725 s2.8 Offset Out 3
struct 1 SFC_LOCK_BODY
0 u VE-SFC Pipe Select
1 b Pre-Scaled Output Surface Output Enable
struct 16 SF_CLIP_VIEWPORT
0-31 f Viewport Matrix Element m00
32-63 f Viewport Matrix Element m11
64-95 f Viewport Matrix Element m22
96-127 f Viewport Matrix Element m30
128-159 f Viewport Matrix Element m31
160-191 f Viewport Matrix Element m32
256-287 f X Min Clip Guardband
288-319 f X Max Clip Guardband
320-351 f Y Min Clip Guardband
352-383 f Y Max Clip Guardband
384-415 f X Min ViewPort
416-447 f X Max ViewPort
448-479 f Y Min ViewPort
480-511 f Y Max ViewPort
struct 1 SF_OUTPUT_ATTRIBUTE_DETAIL
0-4 u Source Attribute
6-7 u Swizzle Select
 0=INPUTATTR; 1=INPUTATTR_FACING; 2=INPUTATTR_W; 3=INPUTATTR_FACING_W
9-10 u Constant Source
 0=CONST_0000; 1=CONST_0001_FLOAT; 2=CONST_1111_FLOAT; 3=PRIM_ID
11 u Swizzle Control Mode
12 b Component Override X
13 b Component Override Y
14 b Component Override Z
15 b Component Override W
struct 1 SO_DECL
0-3 u Component Mask =0
4-9 u Register Index
11 b Hole Flag
12-13 u Output Buffer Slot
struct 2 SO_DECL_ENTRY
0-15 <SO_DECL> Stream 0 Decl
16-31 <SO_DECL> Stream 1 Decl
32-47 <SO_DECL> Stream 2 Decl
48-63 <SO_DECL> Stream 3 Decl
struct 1 VDENC_SURFACE_CONTROL_BITS
1-6 u MOCS !
7-8 u Arbitration Priority Control
 0=Highest priority; 1=Second highest priority; 2=Third highest priority; 3=Lowest priority
9 b Memory Compression Enable
10 u Memory Compression Mode
12 u Cache Select
13-14 u Tiled Resource Mode
 0=TRMODE_NONE; 1=TRMODE_TILEYF; 2=TRMODE_TILEYS
struct 3 VDENC_PICTURE
0-63 a Address
64-95 <VDENC_SURFACE_CONTROL_BITS> Picture Fields
struct 4 VDENC_SURFACE_STATE_FIELDS
0-1 u0.2 Cr(V)/Cb(U) Pixel Offset V Direction
2 b Surface Format Byte Swizzle
3 u Color space selection
4-17 u Width
18-31 u Height
32 u Tile Walk ^TW
 0=XMAJOR; 1=YMAJOR
33 u Tiled Surface
34 b Half Pitch for Chroma
35-51 u Surface Pitch
59-63 u Format
60-63 u Surface Format ^VDENC
 0=YUV 4:2:2; 1=RGBA 4:4:4:4; 2=YUV 4:4:4; 3=Y8_UNORM; 4=PLANAR_420_8
64-78 u Y Offset for U(Cb)
80-94 u X Offset for U(Cb)
96-111 u Y Offset for V(Cr)
112-124 u X Offset for V(Cr)
struct 4 VERTEX_BUFFER_STATE
0-11 u Buffer Pitch
13 b Null Vertex Buffer
14 b Address Modify Enable
16-22 u MOCS !
26-31 u Vertex Buffer Index
32-95 a Buffer Starting Address
96-127 u Buffer Size
struct 2 VERTEX_ELEMENT_STATE
0-11 u Source Element Offset
15 b Edge Flag Enable
16-24 u Source Element Format
25 b Valid
26-31 u Vertex Buffer Index
48-50 <3D_Vertex_Component_Control> Component 3 Control
52-54 <3D_Vertex_Component_Control> Component 2 Control
56-58 <3D_Vertex_Component_Control> Component 1 Control
60-62 <3D_Vertex_Component_Control> Component 0 Control
instruction 7 2 render 3DPRIMITIVE
0-7 u DWord Length =5
8 b Predicate Enable
9 b UAV Coherency Required
10 b Indirect Parameter Enable
16-23 u 3D Command Sub Opcode =0
24-26 u 3D Command Opcode =3
27-28 u Command SubType =3
29-31 u Command Type =3
32-37 <3D_Prim_Topo_Type> Primitive Topology Type
40 u Vertex Access Type
 0=SEQUENTIAL; 1=RANDOM
41 b End Offset Enable
64-95 u Vertex Count Per Instance
96-127 u Start Vertex Location
128-159 u Instance Count
160-191 u Start Instance Location
192-223 i Base Vertex Location
instruction 3 2 render 3DSTATE_AA_LINE_PARAMETERS
0-7 u DWord Length =1
16-23 u 3D Command Sub Opcode =10
24-26 u 3D Command Opcode =1
27-28 u Command SubType =3
29-31 u Command Type =3
32-39 u0.8 AA Coverage Slope
40-47 u0.8 AA Point Coverage Slope
48-55 u0.8 AA Coverage Bias
56-63 u0.8 AA Point Coverage Bias
64-71 u0.8 AA Coverage EndCap Slope
72-79 u0.8 AA Point Coverage EndCap Slope
80-87 u0.8 AA Coverage EndCap Bias
88-95 u0.8 AA Point Coverage EndCap Bias
instruction - 2 render 3DSTATE_BINDING_TABLE_EDIT_DS
0-8 u DWord Length =0
16-23 u 3D Command Sub Opcode =70
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32-33 u Binding Table Edit Target
 3=All Cores; 2=Core 1; 1=Core 0
48-63 u Binding Table Block Clear
*0 64 32
0-31 <BINDING_TABLE_EDIT_ENTRY> Entry [n]
.
instruction - 2 render 3DSTATE_BINDING_TABLE_EDIT_GS
0-8 u DWord Length =0
16-23 u 3D Command Sub Opcode =68
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32-33 u Binding Table Edit Target
 3=All Cores; 2=Core 1; 1=Core 0
48-63 u Binding Table Block Clear
*0 64 32
0-31 <BINDING_TABLE_EDIT_ENTRY> Entry [n]
.
instruction - 2 render 3DSTATE_BINDING_TABLE_EDIT_HS
0-8 u DWord Length =0
16-23 u 3D Command Sub Opcode =69
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32-33 u Binding Table Edit Target
 3=All Cores; 2=Core 1; 1=Core 0
48-63 u Binding Table Block Clear
*0 64 32
0-31 <BINDING_TABLE_EDIT_ENTRY> Entry [n]
.
instruction - 2 render 3DSTATE_BINDING_TABLE_EDIT_PS
0-8 u DWord Length =0
16-23 u 3D Command Sub Opcode =71
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32-33 u Binding Table Edit Target
 3=All Cores; 2=Core 1; 1=Core 0
48-63 u Binding Table Block Clear
*0 64 32
0-31 <BINDING_TABLE_EDIT_ENTRY> Entry [n]
.
instruction - 2 render 3DSTATE_BINDING_TABLE_EDIT_VS
0-8 u DWord Length =0
16-23 u 3D Command Sub Opcode =67
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32-33 u Binding Table Edit Target
 3=All Cores; 2=Core 1; 1=Core 0
48-63 u Binding Table Block Clear
*0 64 32
0-31 <BINDING_TABLE_EDIT_ENTRY> Entry [n]
.
instruction 2 2 render 3DSTATE_BINDING_TABLE_POINTERS_DS
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =40
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
37-47 o Pointer to DS Binding Table
instruction 2 2 render 3DSTATE_BINDING_TABLE_POINTERS_GS
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =41
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
37-47 o Pointer to GS Binding Table
instruction 2 2 render 3DSTATE_BINDING_TABLE_POINTERS_HS
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =39
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
37-47 o Pointer to HS Binding Table
instruction 2 2 render 3DSTATE_BINDING_TABLE_POINTERS_PS
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =42
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
37-47 o Pointer to PS Binding Table
instruction 2 2 render 3DSTATE_BINDING_TABLE_POINTERS_VS
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =38
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
37-47 o Pointer to VS Binding Table
instruction 4 2 render 3DSTATE_BINDING_TABLE_POOL_ALLOC
0-7 u DWord Length =2
16-23 u 3D Command Sub Opcode =25
24-26 u 3D Command Opcode =1
27-28 u Command SubType =3
29-31 u Command Type =3
32-38 u MOCS !
43 b Binding Table Pool Enable
44-95 a Binding Table Pool Base Address
108-127 u Binding Table Pool Buffer Size
 0=No Valid Data
instruction 2 2 render 3DSTATE_BLEND_STATE_POINTERS
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =36
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32 b Blend State Pointer Valid
38-63 o Blend State Pointer
instruction 2 2 render 3DSTATE_CC_STATE_POINTERS
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =14
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32 b Color Calc State Pointer Valid
38-63 o Color Calc State Pointer
instruction 4 2 render 3DSTATE_CHROMA_KEY
0-7 u DWord Length =2
16-23 u 3D Command Sub Opcode =4
24-26 u 3D Command Opcode =1
27-28 u Command SubType =3
29-31 u Command Type =3
62-63 u ChromaKey Table Index
64-95 u ChromaKey Low Value
96-127 u ChromaKey High Value
instruction 3 2 render 3DSTATE_CLEAR_PARAMS
0-7 u DWord Length =1
16-23 u 3D Command Sub Opcode =4
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32-63 f Depth Clear Value
64 b Depth Clear Value Valid
instruction 4 2 render 3DSTATE_CLIP
0-7 u DWord Length =2
16-23 u 3D Command Sub Opcode =18
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32-39 u User Clip Distance Cull Test Enable Bitmask
42 b Statistics Enable
48 b Force Clip Mode
49 b Force User Clip Distance Clip Test Enable Bitmask
50 b Early Cull Enable
51 u Vertex Sub Pixel Precision Select
 0=8 Bit; 1=4 Bit
52 b Force User Clip Distance Cull Test Enable Bitmask
64-65 u Triangle Fan Provoking Vertex Select
66-67 u Line Strip/List Provoking Vertex Select
68-69 u Triangle Strip/List Provoking Vertex Select
72 b Non-Perspective Barycentric Enable
73 b Perspective Divide Disable
77-79 u Clip Mode
 0=CLIPMODE_NORMAL; 3=CLIPMODE_REJECT_ALL; 4=CLIPMODE_ACCEPT_ALL
80-87 u User Clip Distance Clip Test Enable Bitmask
90 b Guardband Clip Test Enable
92 b Viewport XY Clip Test Enable
94 u API Mode
 0=APIMODE_OGL; 1=APIMODE_D3D
95 b Clip Enable
96-99 u Maximum VP Index
101 b Force Zero RTA Index Enable
102-112 u8.3 Maximum Point Width
113-123 u8.3 Minimum Point Width
instruction 11 2 render 3DSTATE_CONSTANT_DS
0-7 u DWord Length =9
8-14 u MOCS !
16-23 u 3D Command Sub Opcode =26
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32-351 <3DSTATE_CONSTANT_BODY> Constant Body
instruction 11 2 render 3DSTATE_CONSTANT_GS
0-7 u DWord Length =9
8-14 u MOCS !
16-23 u 3D Command Sub Opcode =22
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32-351 <3DSTATE_CONSTANT_BODY> Constant Body
instruction 11 2 render 3DSTATE_CONSTANT_HS
0-7 u DWord Length =9
8-14 u MOCS !
16-23 u 3D Command Sub Opcode =25
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32-351 <3DSTATE_CONSTANT_BODY> Constant Body
instruction 11 2 render 3DSTATE_CONSTANT_PS
0-7 u DWord Length =9
8-14 u MOCS !
16-23 u 3D Command Sub Opcode =23
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32-351 <3DSTATE_CONSTANT_BODY> Constant Body
instruction 11 2 render 3DSTATE_CONSTANT_VS
0-7 u DWord Length =9
8-14 u MOCS !
16-23 u 3D Command Sub Opcode =21
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32-351 <3DSTATE_CONSTANT_BODY> Constant Body
instruction 8 2 render 3DSTATE_DEPTH_BUFFER
0-7 u DWord Length =6
16-23 u 3D Command Sub Opcode =5
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32-49 u Surface Pitch
50-52 u Surface Format
 1=D32_FLOAT; 3=D24_UNORM_X8_UINT; 5=D16_UNORM
54 b Hierarchical Depth Buffer Enable
59 b Stencil Write Enable
60 b Depth Write Enable
61-63 u Surface Type
 1=SURFTYPE_2D; 3=SURFTYPE_CUBE; 7=SURFTYPE_NULL
64-127 a Surface Base Address
128-131 u LOD
132-145 u Width
146-159 u Height
160-166 u MOCS !
170-180 u Minimum Array Element
181-191 u Depth
218-221 u Mip Tail Start LOD
222-223 u Tiled Resource Mode
 0=NONE; 1=TILEYF; 2=TILEYS
224-238 u Surface QPitch
245-255 u Render Target View Extent
instruction 4 2 render 3DSTATE_DRAWING_RECTANGLE
0-7 u DWord Length =2
14-15 u Core Mode Select
 0=Legacy; 1=Core 0 Enabled; 2=Core 1 Enabled
16-23 u 3D Command Sub Opcode =0
24-26 u 3D Command Opcode =1
27-28 u Command SubType =3
29-31 u Command Type =3
32-47 u Clipped Drawing Rectangle X Min
48-63 u Clipped Drawing Rectangle Y Min
64-79 u Clipped Drawing Rectangle X Max
80-95 u Clipped Drawing Rectangle Y Max
96-111 i Drawing Rectangle Origin X
112-127 i Drawing Rectangle Origin Y
instruction 11 2 render 3DSTATE_DS
0-7 u DWord Length =9
16-23 u 3D Command Sub Opcode =29
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
38-95 o Kernel Start Pointer
103 b Software Exception Enable
109 b Illegal Opcode Exception Enable
110 b Accesses UAV
112 u Floating Point Mode
 0=IEEE-754; 1=Alternate
113 u Thread Dispatch Priority
 1=High
114-121 u Binding Table Entry Count
123-125 u Sampler Count
 0=No Samplers; 1=1-4 Samplers; 2=5-8 Samplers; 3=9-12 Samplers; 4=13-16 Samplers
126 b Vector Mask Enable
128-131 u Per-Thread Scratch Space
138-191 a Scratch Space Base Pointer
196-201 u Patch URB Entry Read Offset
203-209 u Patch URB Entry Read Length
212-216 u Dispatch GRF Start Register For URB Data
224 b Enable
225 b Cache Disable
226 b Compute W Coordinate Enable
227-228 u Dispatch Mode ^DISPATCH_MODE
 0=SIMD4X2; 1=SIMD8_SINGLE_PATCH; 2=SIMD8_SINGLE_OR_DUAL_PATCH
234 b Statistics Enable
245-253 u Maximum Number of Threads
256-263 u User Clip Distance Cull Test Enable Bitmask
264-271 u User Clip Distance Clip Test Enable Bitmask
272-276 u Vertex URB Entry Output Length
277-282 u Vertex URB Entry Output Read Offset
294-351 o DUAL_PATCH Kernel Start Pointer
instruction - 2 render 3DSTATE_GATHER_CONSTANT_DS
0-7 u DWord Length =1
16-23 u 3D Command Sub Opcode =55
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
33 u Update Gather Table Only
 0=Commit Gather; 1=Non-Commit Gather
44-47 u Constant Buffer Binding Table Block
48-63 u Constant Buffer Valid
67 u On-Die Table
 0=Load; 1=Read
69 b Constant Buffer Dx9 Generate Stall
70-86 o Gather Buffer Offset
*0 96 32
0-15 <GATHER_CONSTANT_ENTRY> Entry_0
16-31 <GATHER_CONSTANT_ENTRY> Entry_1
.
instruction - 2 render 3DSTATE_GATHER_CONSTANT_GS
0-7 u DWord Length =1
16-23 u 3D Command Sub Opcode =53
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
33 u Update Gather Table Only
 0=Commit Gather; 1=Non-Commit Gather
44-47 u Constant Buffer Binding Table Block
48-63 u Constant Buffer Valid
67 u On-Die Table
 0=Load; 1=Read
69 b Constant Buffer Dx9 Generate Stall
70-86 o Gather Buffer Offset
*0 96 32
0-15 <GATHER_CONSTANT_ENTRY> Entry_0
16-31 <GATHER_CONSTANT_ENTRY> Entry_1
.
instruction - 2 render 3DSTATE_GATHER_CONSTANT_HS
0-7 u DWord Length =1
16-23 u 3D Command Sub Opcode =54
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
33 u Update Gather Table Only
 0=Commit Gather; 1=Non-Commit Gather
44-47 u Constant Buffer Binding Table Block
48-63 u Constant Buffer Valid
67 u On-Die Table
 0=Load; 1=Read
69 b Constant Buffer Dx9 Generate Stall
70-86 o Gather Buffer Offset
*0 96 32
0-15 <GATHER_CONSTANT_ENTRY> Entry_0
16-31 <GATHER_CONSTANT_ENTRY> Entry_1
.
instruction - 2 render 3DSTATE_GATHER_CONSTANT_PS
0-7 u DWord Length =1
16-23 u 3D Command Sub Opcode =56
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32 b DX9 On-Die Register Read Enable
33 u Update Gather Table Only
 0=Commit Gather; 1=Non-Commit Gather
44-47 u Constant Buffer Binding Table Block
48-63 u Constant Buffer Valid
67 u On-Die Table
 0=Load; 1=Read
68 b Constant Buffer Dx9 Enable
69 b Constant Buffer Dx9 Generate Stall
70-86 o Gather Buffer Offset
*0 96 32
0-15 <GATHER_CONSTANT_ENTRY> Entry_0
16-31 <GATHER_CONSTANT_ENTRY> Entry_1
.
instruction - 2 render 3DSTATE_GATHER_CONSTANT_VS
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =52
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32 b DX9 On-Die Register Read Enable
33 u Update Gather Table Only
 0=Commit Gather; 1=Non-Commit Gather
44-47 u Constant Buffer Binding Table Block
48-63 u Constant Buffer Valid
67 u On-Die Table
 0=Load; 1=Read
68 b Constant Buffer Dx9 Enable
69 b Constant Buffer Dx9 Generate Stall
70-86 o Gather Buffer Offset
*0 96 32
0-15 <GATHER_CONSTANT_ENTRY> Entry_0
16-31 <GATHER_CONSTANT_ENTRY> Entry_1
.
instruction 4 2 render 3DSTATE_GATHER_POOL_ALLOC
0-7 u DWord Length =2
16-23 u 3D Command Sub Opcode =26
24-26 u 3D Command Opcode =1
27-28 u Command SubType =3
29-31 u Command Type =3
32-38 u MOCS !
43 b Gather Pool Enable
44-95 a Gather Pool Base Address
108-127 u Gather Pool Buffer Size
instruction 10 2 render 3DSTATE_GS
0-7 u DWord Length =8
16-23 u 3D Command Sub Opcode =17
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
38-95 o Kernel Start Pointer
96-101 u Expected Vertex Count
103 b Software Exception Enable
107 b Mask Stack Exception Enable
108 b Accesses UAV
109 b Illegal Opcode Exception Enable
112 u Floating Point Mode
 0=IEEE-754; 1=Alternate
113 u Thread Dispatch Priority
 1=High
114-121 u Binding Table Entry Count
123-125 u Sampler Count
 0=No Samplers; 1=1-4 Samplers; 2=5-8 Samplers; 3=9-12 Samplers; 4=13-16 Samplers
126 b Vector Mask Enable
127 b Single Program Flow
128-131 u Per-Thread Scratch Space
138-191 a Scratch Space Base Pointer
192-195 u Dispatch GRF Start Register For URB Data
196-201 u Vertex URB Entry Read Offset
202 b Include Vertex Handles
203-208 u Vertex URB Entry Read Length
209-214 <3D_Prim_Topo_Type> Output Topology
215-220 u Output Vertex Size
221-222 u Dispatch GRF Start Register For URB Data [5:4]
224 b Enable
225 b Discard Adjacency
226 u Reorder Mode
 0=LEADING; 1=TRAILING
227 u Hint
228 b Include Primitive ID
229-233 u Invocations Increment Value
234 b Statistics Enable
235-236 u Dispatch Mode ^DISPATCH_MODE
 1=Dual Instance; 2=Dual Object; 3=SIMD8
237-238 u Default Stream Id
239-243 u Instance Control
244-247 u Control Data Header Size
256-264 u Maximum Number of Threads
272-282 u Static Output Vertex Count
286 b Static Output
287 u Control Data Format
 0=CUT; 1=SID
288-295 u User Clip Distance Cull Test Enable Bitmask
296-303 u User Clip Distance Clip Test Enable Bitmask
304-308 u Vertex URB Entry Output Length
309-314 u Vertex URB Entry Output Read Offset
instruction 5 2 render 3DSTATE_HIER_DEPTH_BUFFER
0-7 u DWord Length =3
16-23 u 3D Command Sub Opcode =7
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32-48 u Surface Pitch
57-63 u MOCS !
64-127 a Surface Base Address
128-142 u Surface QPitch
instruction 9 2 render 3DSTATE_HS
0-7 u DWord Length =7
16-23 u 3D Command Sub Opcode =27
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
44 b Software Exception Enable
45 b Illegal Opcode Exception Enable
48 u Floating Point Mode
 0=IEEE-754; 1=alternate
49 u Thread Dispatch Priority
 1=High
50-57 u Binding Table Entry Count
59-61 u Sampler Count
 0=No Samplers; 1=1-4 Samplers; 2=5-8 Samplers; 3=9-12 Samplers; 4=13-16 Samplers
64-67 u Instance Count
72-80 u Maximum Number of Threads
93 b Statistics Enable
95 b Enable
102-159 o Kernel Start Pointer
160-163 u Per-Thread Scratch Space
170-223 a Scratch Space Base Pointer
224 b Include Primitive ID
228-233 u Vertex URB Entry Read Offset
235-240 u Vertex URB Entry Read Length
241-242 u Dispatch Mode ^DISPATCH_MODE
 0=SINGLE_PATCH; 1=DUAL_PATCH; 2=8_PATCH
243-247 u Dispatch GRF Start Register For URB Data
248 b Include Vertex Handles
249 b Accesses UAV
250 b Vector Mask Enable
251 b Single Program Flow
252 u Dispatch GRF Start Register For URB Data [5]
instruction 5 2 render 3DSTATE_INDEX_BUFFER
0-7 u DWord Length =3
16-23 u 3D Command Sub Opcode =10
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32-38 u MOCS !
40-41 u Index Format ^INDEX
 0=BYTE; 1=WORD; 2=DWORD
64-127 a Buffer Starting Address
128-159 u Buffer Size
instruction 3 2 render 3DSTATE_LINE_STIPPLE
0-7 u DWord Length =1
16-23 u 3D Command Sub Opcode =8
24-26 u 3D Command Opcode =1
27-28 u Command SubType =3
29-31 u Command Type =3
32-47 u Line Stipple Pattern
48-51 u Current Stipple Index
53-61 u Current Repeat Counter
63 b Modify Enable (Current Repeat Counter, Current Stipple Index)
64-72 u Line Stipple Repeat Count
79-95 u1.16 Line Stipple Inverse Repeat Count
instruction 2 2 render 3DSTATE_MONOFILTER_SIZE
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =17
24-26 u 3D Command Opcode =1
27-28 u Command SubType =3
29-31 u Command Type =3
32-34 u Monochrome Filter Height
35-37 u Monochrome Filter Width
instruction 2 2 render 3DSTATE_MULTISAMPLE
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =13
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
33-35 u Number of Multisamples
36 u Pixel Location
 0=CENTER; 1=UL_CORNER
37 b Pixel Position Offset Enable
instruction 2 2 render 3DSTATE_POLY_STIPPLE_OFFSET
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =6
24-26 u 3D Command Opcode =1
27-28 u Command SubType =3
29-31 u Command Type =3
32-36 u Polygon Stipple Y Offset
40-44 u Polygon Stipple X Offset
instruction 33 2 render 3DSTATE_POLY_STIPPLE_PATTERN
0-7 u DWord Length =31
16-23 u 3D Command Sub Opcode =7
24-26 u 3D Command Opcode =1
27-28 u Command SubType =3
29-31 u Command Type =3
*32 32 32
0-31 u Pattern Row
.
instruction 12 2 render 3DSTATE_PS
0-7 u DWord Length =10
16-23 u 3D Command Sub Opcode =32
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
38-95 o Kernel Start Pointer 0
103 b Software Exception Enable
107 b Mask Stack Exception Enable
109 b Illegal Opcode Exception Enable
110-111 u Rounding Mode
 0=RTNE; 1=RU; 2=RD; 3=RTZ
112 u Floating Point Mode
 0=IEEE-754; 1=Alternate
113 u Thread Dispatch Priority
 1=High
114-121 u Binding Table Entry Count
122 u Single Precision Denormal Mode
 0=Flushed to Zero; 1=Retained
123-125 u Sampler Count
 0=No Samplers; 1=1-4 Samplers; 2=5-8 Samplers; 3=9-12 Samplers; 4=13-16 Samplers
126 b Vector Mask Enable
127 b Single Program Flow
128-131 u Per Thread Scratch Space
138-191 a Scratch Space Base Pointer
192 b 8 Pixel Dispatch Enable
193 b 16 Pixel Dispatch Enable
194 b 32 Pixel Dispatch Enable
195-196 u Position XY Offset Select
 0=POSOFFSET_NONE; 2=POSOFFSET_CENTROID; 3=POSOFFSET_SAMPLE
198-199 u Render Target Resolve Type
 0=RESOLVE_DISABLED; 1=RESOLVE_PARTIAL; 3=RESOLVE_FULL
200 b Render Target Fast Clear Enable
203 b Push Constant Enable
215-223 u Maximum Number of Threads Per PSD
224-230 u Dispatch GRF Start Register For Constant/Setup Data 2
232-238 u Dispatch GRF Start Register For Constant/Setup Data 1
240-246 u Dispatch GRF Start Register For Constant/Setup Data 0
262-319 o Kernel Start Pointer 1
326-383 o Kernel Start Pointer 2
instruction 2 2 render 3DSTATE_PS_BLEND
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =77
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
39 b Independent Alpha Blend Enable
40 b Alpha Test Enable
41-45 <3D_Color_Buffer_Blend_Factor> Destination Blend Factor
46-50 <3D_Color_Buffer_Blend_Factor> Source Blend Factor
51-55 <3D_Color_Buffer_Blend_Factor> Destination Alpha Blend Factor
56-60 <3D_Color_Buffer_Blend_Factor> Source Alpha Blend Factor
61 b Color Buffer Blend Enable
62 b Has Writeable RT
63 b Alpha To Coverage Enable
instruction 2 2 render 3DSTATE_PS_EXTRA
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =79
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32-33 u Input Coverage Mask State ^ICMS
 0=NONE; 1=NORMAL; 2=INNER_CONSERVATIVE; 3=DEPTH_COVERAGE
34 b Pixel Shader Has UAV
35 b Pixel Shader Pulls Bary
37 b Pixel Shader Computes Stencil
38 b Pixel Shader Is Per Sample
39 b Pixel Shader Disables Alpha To Coverage
40 b Attribute Enable
55 b Pixel Shader Uses Source W
56 b Pixel Shader Uses Source Depth
57 b Force Computed Depth
58-59 u Pixel Shader Computed Depth Mode
 0=PSCDEPTH_OFF; 1=PSCDEPTH_ON; 2=PSCDEPTH_ON_GE; 3=PSCDEPTH_ON_LE
60 b Pixel Shader Kills Pixel
61 b oMask Present to Render Target
62 b Pixel Shader Does not write to RT
63 b Pixel Shader Valid
instruction 2 2 render 3DSTATE_PUSH_CONSTANT_ALLOC_DS
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =20
24-26 u 3D Command Opcode =1
27-28 u Command SubType =3
29-31 u Command Type =3
32-37 u Constant Buffer Size
48-52 u Constant Buffer Offset
instruction 2 2 render 3DSTATE_PUSH_CONSTANT_ALLOC_GS
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =21
24-26 u 3D Command Opcode =1
27-28 u Command SubType =3
29-31 u Command Type =3
32-37 u Constant Buffer Size
48-52 u Constant Buffer Offset
instruction 2 2 render 3DSTATE_PUSH_CONSTANT_ALLOC_HS
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =19
24-26 u 3D Command Opcode =1
27-28 u Command SubType =3
29-31 u Command Type =3
32-37 u Constant Buffer Size
48-52 u Constant Buffer Offset
instruction 2 2 render 3DSTATE_PUSH_CONSTANT_ALLOC_PS
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =22
24-26 u 3D Command Opcode =1
27-28 u Command SubType =3
29-31 u Command Type =3
32-37 u Constant Buffer Size
48-52 u Constant Buffer Offset
instruction 2 2 render 3DSTATE_PUSH_CONSTANT_ALLOC_VS
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =18
24-26 u 3D Command Opcode =1
27-28 u Command SubType =3
29-31 u Command Type =3
32-37 u Constant Buffer Size
48-52 u Constant Buffer Offset
instruction 5 2 render 3DSTATE_RASTER
0-7 u DWord Length =3
16-23 u 3D Command Sub Opcode =80
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32 b Viewport Z Near Clip Test Enable
33 b Scissor Rectangle Enable
34 b Antialiasing Enable
35-36 u Back Face Fill Mode ^FILL_MODE
 0=SOLID; 1=WIREFRAME; 2=POINT
37-38 u Front Face Fill Mode ^FILL_MODE
 0=SOLID; 1=WIREFRAME; 2=POINT
39 b Global Depth Offset Enable Point
40 b Global Depth Offset Enable Wireframe
41 b Global Depth Offset Enable Solid
42-43 u DX Multisample Rasterization Mode
 0=MSRASTMODE_ OFF_PIXEL; 1=MSRASTMODE_ OFF_PATTERN; 2=MSRASTMODE_ ON_PIXEL; 3=MSRASTMODE_ ON_PATTERN
44 b DX Multisample Rasterization Enable
45 b Smooth Point Enable
46 u Force Multisampling
48-49 u Cull Mode ^CULLMODE
 0=BOTH; 1=NONE; 2=FRONT; 3=BACK
50-52 u Forced Sample Count ^FSC
 0=NUMRASTSAMPLES_0; 1=NUMRASTSAMPLES_1; 2=NUMRASTSAMPLES_2; 3=NUMRASTSAMPLES_4; 4=NUMRASTSAMPLES_8
 5=NUMRASTSAMPLES_16
53 u Front Winding
 0=Clockwise; 1=Counter Clockwise
54-55 u API Mode
 0=DX9/OGL; 1=DX10.0; 2=DX10.1+
56 b Conservative Rasterization Enable
58 b Viewport Z Far Clip Test Enable
64-95 f Global Depth Offset Constant
96-127 f Global Depth Offset Scale
128-159 f Global Depth Offset Clamp
instruction 4 2 render 3DSTATE_RS_CONSTANT_POINTER
0-7 u DWord Length =2
16-23 u 3D Command Sub Opcode =84
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
44 u Operation Load or Store ^RS
 0=Store; 1=Load
60-62 u Shader Select
 0=VS; 4=PS
70-95 a Global Constant Buffer Address
96-127 a Global Constant Buffer Address High
instruction - 2 render 3DSTATE_SAMPLER_PALETTE_LOAD0
0-7 u DWord Length
16-23 u 3D Command Sub Opcode =2
24-26 u 3D Command Opcode =1
27-28 u Command SubType =3
29-31 u Command Type =3
*0 32 32
0-31 <PALETTE_ENTRY> Entry
.
instruction - 2 render 3DSTATE_SAMPLER_PALETTE_LOAD1
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =12
24-26 u 3D Command Opcode =1
27-28 u Command SubType =3
29-31 u Command Type =3
*0 32 32
24-31 u Palette Alpha[0:N-1]
16-23 u Palette Red[0:N-1]
8-15 u Palette Green[0:N-1]
0-7 u Palette Blue[0:N-1]
.
instruction 2 2 render 3DSTATE_SAMPLER_STATE_POINTERS_DS
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =45
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
37-63 o Pointer to DS Sampler State
instruction 2 2 render 3DSTATE_SAMPLER_STATE_POINTERS_GS
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =46
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
37-63 o Pointer to GS Sampler State
instruction 2 2 render 3DSTATE_SAMPLER_STATE_POINTERS_HS
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =44
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
37-63 o Pointer to HS Sampler State
instruction 2 2 render 3DSTATE_SAMPLER_STATE_POINTERS_PS
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =47
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
37-63 o Pointer to PS Sampler State
instruction 2 2 render 3DSTATE_SAMPLER_STATE_POINTERS_VS
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =43
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
37-63 o Pointer to VS Sampler State
instruction 2 2 render 3DSTATE_SAMPLE_MASK
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =24
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32-47 u Sample Mask
instruction 9 2 render 3DSTATE_SAMPLE_PATTERN
0-7 u DWord Length =7
16-23 u 3D Command Sub Opcode =28
24-26 u 3D Command Opcode =1
27-28 u Command SubType =3
29-31 u Command Type =3
32-35 u0.4 16x Sample0 Y Offset
36-39 u0.4 16x Sample0 X Offset
40-43 u0.4 16x Sample1 Y Offset
44-47 u0.4 16x Sample1 X Offset
48-51 u0.4 16x Sample2 Y Offset
52-55 u0.4 16x Sample2 X Offset
56-59 u0.4 16x Sample3 Y Offset
60-63 u0.4 16x Sample3 X Offset
64-67 u0.4 16x Sample4 Y Offset
68-71 u0.4 16x Sample4 X Offset
72-75 u0.4 16x Sample5 Y Offset
76-79 u0.4 16x Sample5 X Offset
80-83 u0.4 16x Sample6 Y Offset
84-87 u0.4 16x Sample6 X Offset
88-91 u0.4 16x Sample7 Y Offset
92-95 u0.4 16x Sample7 X Offset
96-99 u0.4 16x Sample8 Y Offset
100-103 u0.4 16x Sample8 X Offset
104-107 u0.4 16x Sample9 Y Offset
108-111 u0.4 16x Sample9 X Offset
112-115 u0.4 16x Sample10 Y Offset
116-119 u0.4 16x Sample10 X Offset
120-123 u0.4 16x Sample11 Y Offset
124-127 u0.4 16x Sample11 X Offset
128-131 u0.4 16x Sample12 Y Offset
132-135 u0.4 16x Sample12 X Offset
136-139 u0.4 16x Sample13 Y Offset
140-143 u0.4 16x Sample13 X Offset
144-147 u0.4 16x Sample14 Y Offset
148-151 u0.4 16x Sample14 X Offset
152-155 u0.4 16x Sample15 Y Offset
156-159 u0.4 16x Sample15 X Offset
160-163 u0.4 8x Sample4 Y Offset
164-167 u0.4 8x Sample4 X Offset
168-171 u0.4 8x Sample5 Y Offset
172-175 u0.4 8x Sample5 X Offset
176-179 u0.4 8x Sample6 Y Offset
180-183 u0.4 8x Sample6 X Offset
184-187 u0.4 8x Sample7 Y Offset
188-191 u0.4 8x Sample7 X Offset
192-195 u0.4 8x Sample0 Y Offset
196-199 u0.4 8x Sample0 X Offset
200-203 u0.4 8x Sample1 Y Offset
204-207 u0.4 8x Sample1 X Offset
208-211 u0.4 8x Sample2 Y Offset
212-215 u0.4 8x Sample2 X Offset
216-219 u0.4 8x Sample3 Y Offset
220-223 u0.4 8x Sample3 X Offset
224-227 u0.4 4x Sample0 Y Offset
228-231 u0.4 4x Sample0 X Offset
232-235 u0.4 4x Sample1 Y Offset
236-239 u0.4 4x Sample1 X Offset
240-243 u0.4 4x Sample2 Y Offset
244-247 u0.4 4x Sample2 X Offset
248-251 u0.4 4x Sample3 Y Offset
252-255 u0.4 4x Sample3 X Offset
256-259 u0.4 2x Sample0 Y Offset
260-263 u0.4 2x Sample0 X Offset
264-267 u0.4 2x Sample1 Y Offset
268-271 u0.4 2x Sample1 X Offset
272-275 u0.4 1x Sample0 Y Offset
276-279 u0.4 1x Sample0 X Offset
instruction 6 2 render 3DSTATE_SBE
0-7 u DWord Length =4
16-23 u 3D Command Sub Opcode =31
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32-36 u Primitive ID Override Attribute Select
37-42 u Vertex URB Entry Read Offset
43-47 u Vertex URB Entry Read Length
48 b Primitive ID Override Component X
49 b Primitive ID Override Component Y
50 b Primitive ID Override Component Z
51 b Primitive ID Override Component W
52 u Point Sprite Texture Coordinate Origin
 0=UPPERLEFT; 1=LOWERLEFT
53 b Attribute Swizzle Enable
54-59 u Number of SF Output Attributes
60 b Force Vertex URB Entry Read Offset
61 b Force Vertex URB Entry Read Length
64-95 u Point Sprite Texture Coordinate Enable
96-127 u Constant Interpolation Enable
*32 128 2
0-1 u Attribute Active Component Format ^ACTIVE_COMPONENT
 0=DISABLED; 1=XY; 2=XYZ; 3=XYZW
.
instruction 11 2 render 3DSTATE_SBE_SWIZ
0-7 u DWord Length =9
16-23 u 3D Command Sub Opcode =81
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
*16 32 16
0-15 <SF_OUTPUT_ATTRIBUTE_DETAIL> Attribute
.
*16 288 4
0-3 u Attribute Wrap Shortest Enables
.
instruction 2 2 render 3DSTATE_SCISSOR_STATE_POINTERS
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =15
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
37-63 o Scissor Rect Pointer
instruction 4 2 render 3DSTATE_SF
0-7 u DWord Length =2
16-23 u 3D Command Sub Opcode =19
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
33 b Viewport Transform Enable
42 b Statistics Enable
43 b Legacy Global Depth Bias Enable
44-61 u11.7 Line Width
80-81 u Line End Cap Antialiasing Region Width
 0=0.5 pixels; 1=1.0 pixels; 2=2.0 pixels; 3=4.0 pixels
96-106 u8.3 Point Width
107 u Point Width Source
 0=Vertex; 1=State
108 u Vertex Sub Pixel Precision Select
 0=8 Bit; 1=4 Bit
109 b Smooth Point Enable
110 u AA Line Distance Mode
 1=AALINEDISTANCE_TRUE
121-122 u Triangle Fan Provoking Vertex Select
123-124 u Line Strip/List Provoking Vertex Select
125-126 u Triangle Strip/List Provoking Vertex Select
127 b Last Pixel Enable
instruction 8 2 render 3DSTATE_SO_BUFFER
0-7 u DWord Length =6
16-23 u 3D Command Sub Opcode =24
24-26 u 3D Command Opcode =1
27-28 u Command SubType =3
29-31 u Command Type =3
52 b Stream Output Buffer Offset Address Enable
53 b Stream Offset Write Enable
54-60 u MOCS !
61-62 u SO Buffer Index
63 b SO Buffer Enable
66-111 a Surface Base Address
128-157 u Surface Size
162-207 a Stream Output Buffer Offset Address
224-255 u Stream Offset
instruction - 2 render 3DSTATE_SO_DECL_LIST
0-8 u DWord Length
16-23 u 3D Command Sub Opcode =23
24-26 u 3D Command Opcode =1
27-28 u Command SubType =3
29-31 u Command Type =3
32-35 u Stream to Buffer Selects [0]
36-39 u Stream to Buffer Selects [1]
40-43 u Stream to Buffer Selects [2]
44-47 u Stream to Buffer Selects [3]
64-71 u Num Entries [0]
72-79 u Num Entries [1]
80-87 u Num Entries [2]
88-95 u Num Entries [3]
*0 96 64
0-63 <SO_DECL_ENTRY> Entry
.
instruction 5 2 render 3DSTATE_STENCIL_BUFFER
0-7 u DWord Length =3
16-23 u 3D Command Sub Opcode =6
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32-48 u Surface Pitch
54-60 u MOCS !
63 b Stencil Buffer Enable
64-127 a Surface Base Address
128-142 u Surface QPitch
instruction 5 2 render 3DSTATE_STREAMOUT
0-7 u DWord Length =3
16-23 u 3D Command Sub Opcode =30
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
55-56 u Force Rendering
 1=Resreved; 2=Force_Off; 3=Force_on
57 b SO Statistics Enable
58 u Reorder Mode
 0=LEADING; 1=TRAILING
59-60 u Render Stream Select
62 b Rendering Disable
63 b SO Function Enable
64-68 u Stream 0 Vertex Read Length
69 u Stream 0 Vertex Read Offset
72-76 u Stream 1 Vertex Read Length
77 u Stream 1 Vertex Read Offset
80-84 u Stream 2 Vertex Read Length
85 u Stream 2 Vertex Read Offset
88-92 u Stream 3 Vertex Read Length
93 u Stream 3 Vertex Read Offset
96-107 u Buffer 0 Surface Pitch
112-123 u Buffer 1 Surface Pitch
128-139 u Buffer 2 Surface Pitch
144-155 u Buffer 3 Surface Pitch
instruction 4 2 render 3DSTATE_TE
0-7 u DWord Length =2
16-23 u 3D Command Sub Opcode =28
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32 b TE Enable
33-34 u TE Mode
 0=HW_TESS
36-37 u TE Domain
 0=QUAD; 1=TRI; 2=ISOLINE
40-41 u Output Topology ^OUTPUT
 0=POINT; 1=LINE; 2=TRI_CW; 3=TRI_CCW
44-45 u Partitioning
 0=INTEGER; 1=ODD_FRACTIONAL; 2=EVEN_FRACTIONAL
64-95 f Maximum Tessellation Factor Odd
96-127 f Maximum Tessellation Factor Not Odd
instruction 2 2 render 3DSTATE_URB_CLEAR
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =29
24-26 u 3D Command Opcode =1
27-28 u Command SubType =3
29-31 u Command Type =3
32-46 o URB Address
48-61 u URB Clear Length
instruction 2 2 render 3DSTATE_URB_DS
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =50
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32-47 u DS Number of URB Entries
48-56 u DS URB Entry Allocation Size
57-63 u DS URB Starting Address
instruction 2 2 render 3DSTATE_URB_GS
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =51
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32-47 u GS Number of URB Entries
48-56 u GS URB Entry Allocation Size
57-63 u GS URB Starting Address
instruction 2 2 render 3DSTATE_URB_HS
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =49
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32-47 u HS Number of URB Entries
48-56 u HS URB Entry Allocation Size
57-63 u HS URB Starting Address
instruction 2 2 render 3DSTATE_URB_VS
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =48
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32-47 u VS Number of URB Entries
48-56 u VS URB Entry Allocation Size
57-63 u VS URB Starting Address
instruction - 2 render 3DSTATE_VERTEX_BUFFERS
0-7 u DWord Length =3
16-23 u 3D Command Sub Opcode =8
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
*0 32 128
0-127 <VERTEX_BUFFER_STATE> Vertex Buffer State
.
instruction - 2 render 3DSTATE_VERTEX_ELEMENTS
0-7 u DWord Length =1
16-23 u 3D Command Sub Opcode =9
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
*0 32 64
0-63 <VERTEX_ELEMENT_STATE> Element
.
instruction 2 2 render 3DSTATE_VF
0-7 u DWord Length =0
8 b Indexed Draw Cut Index Enable
9 b Component Packing Enable
10 b Sequential Draw Cut Index Enable
16-23 u 3D Command Sub Opcode =12
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32-63 u Cut Index
instruction 5 2 render 3DSTATE_VF_COMPONENT_PACKING
0-7 u DWord Length =3
16-23 u 3D Command Sub Opcode =85
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32-35 u Vertex Element 00 Enables
36-39 u Vertex Element 01 Enables
40-43 u Vertex Element 02 Enables
44-47 u Vertex Element 03 Enables
48-51 u Vertex Element 04 Enables
52-55 u Vertex Element 05 Enables
56-59 u Vertex Element 06 Enables
60-63 u Vertex Element 07 Enables
64-67 u Vertex Element 08 Enables
68-71 u Vertex Element 09 Enables
72-75 u Vertex Element 10 Enables
76-79 u Vertex Element 11 Enables
80-83 u Vertex Element 12 Enables
84-87 u Vertex Element 13 Enables
88-91 u Vertex Element 14 Enables
92-95 u Vertex Element 15 Enables
96-99 u Vertex Element 16 Enables
100-103 u Vertex Element 17 Enables
104-107 u Vertex Element 18 Enables
108-111 u Vertex Element 19 Enables
112-115 u Vertex Element 20 Enables
116-119 u Vertex Element 21 Enables
120-123 u Vertex Element 22 Enables
124-127 u Vertex Element 23 Enables
128-131 u Vertex Element 24 Enables
132-135 u Vertex Element 25 Enables
136-139 u Vertex Element 26 Enables
140-143 u Vertex Element 27 Enables
144-147 u Vertex Element 28 Enables
148-151 u Vertex Element 29 Enables
152-155 u Vertex Element 30 Enables
156-159 u Vertex Element 31 Enables
instruction 3 2 render 3DSTATE_VF_INSTANCING
0-7 u DWord Length =1
16-23 u 3D Command Sub Opcode =73
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32-37 u Vertex Element Index
40 b Instancing Enable
64-95 u Instance Data Step Rate
instruction 2 2 render 3DSTATE_VF_SGVS
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =74
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32-37 u VertexID Element Offset
45-46 u VertexID Component Number
 0=COMP_0; 1=COMP_1; 2=COMP_2; 3=COMP_3
47 b VertexID Enable
48-53 u InstanceID Element Offset
61-62 u InstanceID Component Number
 0=COMP_0; 1=COMP_1; 2=COMP_2; 3=COMP_3
63 b InstanceID Enable
instruction 1 1 render 3DSTATE_VF_STATISTICS
0 b Statistics Enable
16-23 u 3D Command Sub Opcode =11
24-26 u 3D Command Opcode =0
27-28 u Command SubType =1
29-31 u Command Type =3
instruction 2 2 render 3DSTATE_VF_TOPOLOGY
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =75
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32-37 <3D_Prim_Topo_Type> Primitive Topology Type
instruction 2 2 render 3DSTATE_VIEWPORT_STATE_POINTERS_CC
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =35
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
37-63 o CC Viewport Pointer
instruction 2 2 render 3DSTATE_VIEWPORT_STATE_POINTERS_SF_CLIP
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =33
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
38-63 o SF Clip Viewport Pointer
instruction 9 2 render 3DSTATE_VS
0-7 u DWord Length =7
16-23 u 3D Command Sub Opcode =16
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
38-95 o Kernel Start Pointer
103 b Software Exception Enable
108 b Accesses UAV
109 b Illegal Opcode Exception Enable
112 u Floating Point Mode
 0=IEEE-754; 1=Alternate
113 u Thread Dispatch Priority
 1=High
114-121 u Binding Table Entry Count
123-125 u Sampler Count
 0=No Samplers; 1=1-4 Samplers; 2=5-8 Samplers; 3=9-12 Samplers; 4=13-16 Samplers
126 b Vector Mask Enable
127 b Single Vertex Dispatch
128-131 u Per-Thread Scratch Space
138-191 a Scratch Space Base Pointer
196-201 u Vertex URB Entry Read Offset
203-208 u Vertex URB Entry Read Length
212-216 u Dispatch GRF Start Register For URB Data
224 b Enable
225 b Vertex Cache Disable
226 b SIMD8 Dispatch Enable
234 b Statistics Enable
247-255 u Maximum Number of Threads
256-263 u User Clip Distance Cull Test Enable Bitmask
264-271 u User Clip Distance Clip Test Enable Bitmask
272-276 u Vertex URB Entry Output Length
277-282 u Vertex URB Entry Output Read Offset
instruction 2 2 render 3DSTATE_WM
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =20
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32-33 u Force Kill Pixel Enable
 1=ForceOff; 2=ForceON
34 u Point Rasterization Rule
 0=RASTRULE_UPPER_LEFT; 1=RASTRULE_UPPER_RIGHT
35 b Line Stipple Enable
36 b Polygon Stipple Enable
38-39 u Line Antialiasing Region Width
 0=0.5 pixels; 1=1.0 pixels; 2=2.0 pixels; 3=4.0 pixels
40-41 u Line End Cap Antialiasing Region Width
 0=0.5 pixels; 1=1.0 pixels; 2=2.0 pixels; 3=4.0 pixels
43-48 u Barycentric Interpolation Mode
 1=BIM_PERSPECTIVE_PIXEL; 2=BIM_PERSPECTIVE_CENTROID; 4=BIM_PERSPECTIVE_SAMPLE; 8=BIM_LINEAR_PIXEL
 16=BIM_LINEAR_CENTROID; 32=BIM_LINEAR_SAMPLE
49-50 u Position ZW Interpolation Mode
 0=INTERP_PIXEL; 2=INTERP_CENTROID; 3=INTERP_SAMPLE
51-52 u Force Thread Dispatch Enable
 1=ForceOff; 2=ForceON
53-54 u Early Depth/Stencil Control
 0=EDSC_NORMAL; 1=EDSC_PSEXEC; 2=EDSC_PREPS
58 b Legacy Diamond Line Rasterization
59 b Legacy Hierarchical Depth Buffer Resolve Enable
60 b Legacy Depth Buffer Resolve Enable
62 b Legacy Depth Buffer Clear Enable
63 b Statistics Enable
instruction 2 2 render 3DSTATE_WM_CHROMAKEY
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =76
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
63 b ChromaKey Kill Enable
instruction 4 2 render 3DSTATE_WM_DEPTH_STENCIL
0-7 u DWord Length =2
16-23 u 3D Command Sub Opcode =78
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
32 b Depth Buffer Write Enable
33 b Depth Test Enable
34 b Stencil Buffer Write Enable
35 b Stencil Test Enable
36 b Double Sided Stencil Enable
37-39 <3D_Compare_Function> Depth Test Function
40-42 <3D_Compare_Function> Stencil Test Function
43-45 <3D_Stencil_Operation> Backface Stencil Pass Depth Pass Op
46-48 <3D_Stencil_Operation> Backface Stencil Pass Depth Fail Op
49-51 <3D_Stencil_Operation> Backface Stencil Fail Op
52-54 <3D_Compare_Function> Backface Stencil Test Function
55-57 <3D_Stencil_Operation> Stencil Pass Depth Pass Op
58-60 <3D_Stencil_Operation> Stencil Pass Depth Fail Op
61-63 <3D_Stencil_Operation> Stencil Fail Op
64-71 u Backface Stencil Write Mask
72-79 u Backface Stencil Test Mask
80-87 u Stencil Write Mask
88-95 u Stencil Test Mask
96-103 u Backface Stencil Reference Value
104-111 u Stencil Reference Value
instruction 5 2 render 3DSTATE_WM_HZ_OP
0-7 u DWord Length =3
16-23 u 3D Command Sub Opcode =82
24-26 u 3D Command Opcode =0
27-28 u Command SubType =3
29-31 u Command Type =3
45-47 u Number of Multisamples
48-55 u Stencil Clear Value
57 b Full Surface Depth and Stencil Clear
58 b Pixel Position Offset Enable
59 b Hierarchical Depth Buffer Resolve Enable
60 b Depth Buffer Resolve Enable
61 b Scissor Rectangle Enable
62 b Depth Buffer Clear Enable
63 b Stencil Buffer Clear Enable
64-79 u Clear Rectangle X Min
80-95 u Clear Rectangle Y Min
96-111 u Clear Rectangle X Max
112-127 u Clear Rectangle Y Max
128-143 u Sample Mask
instruction 3 2 render GPGPU_CSR_BASE_ADDRESS
0-7 u DWord Length =1
16-23 u 3D Command Sub Opcode =4
24-26 u 3D Command Opcode =1
27-28 u Command SubType =0
29-31 u Command Type =3
44-95 a GPGPU CSR Base Address
instruction 15 2 render GPGPU_WALKER
0-7 u DWord Length =13
8 b Predicate Enable
10 b Indirect Parameter Enable
16-23 u SubOpcode =5
24-26 u Media Command Opcode =1
27-28 u Pipeline =2
29-31 u Command Type =3
32-37 u Interface Descriptor Offset
64-80 u Indirect Data Length
102-127 o Indirect Data Start Address
128-133 u Thread Width Counter Maximum
136-141 u Thread Height Counter Maximum
144-149 u Thread Depth Counter Maximum
158-159 u SIMD Size
 0=SIMD8; 1=SIMD16; 2=SIMD32
160-191 u Thread Group ID Starting X
224-255 u Thread Group ID X Dimension
256-287 u Thread Group ID Starting Y
320-351 u Thread Group ID Y Dimension
352-383 u Thread Group ID Starting/Resume Z
384-415 u Thread Group ID Z Dimension
416-447 u Right Execution Mask
448-479 u Bottom Execution Mask
instruction 3 2 video HCP_BSD_OBJECT
0-11 u DWord Length
16-22 u SubOpcode =32
23-26 u Media Command Opcode =7
27-28 u Pipeline =2
29-31 u Command Type =3
32-63 u Indirect BSD Data Length
64-92 o Indirect BSD Data Start Address
instruction 34 2 video HCP_FQM_STATE
0-11 u DWord Length
16-22 u SubOpcode =5
23-26 u Media Command Opcode =7
27-28 u Pipeline =2
29-31 u Command Type =3
32 u Intra/Inter
 0=Intra; 1=Inter
33-34 u SizeID ^SZ
 0=4x4; 1=8x8; 2=16x16; 3=32x32
35-36 u Color Component
 0=Luma; 1=Chroma Cb; 2=Chroma Cr
48-63 u FQM DC Value
*64 64 8
0-7 u Quantizer Matrix 8x8
.
instruction 14 2 video HCP_IND_OBJ_BASE_ADDR_STATE
0-11 u DWord Length
16-22 u SubOpcode =3
23-26 u Media Command Opcode =7
27-28 u Pipeline =2
29-31 u Command Type =3
32-95 a HCP Indirect Bitstream Object - Base Address
96-127 <MEMORYADDRESSATTRIBUTES> HCP Indirect Bitstream Object - Memory Address Attributes
128-191 a HCP Indirect Bitstream Object - Access Upper Bound
192-255 a HCP Indirect CU Object - Base Address
256-287 <MEMORYADDRESSATTRIBUTES> HCP Indirect CU Object - Memory Address Attributes
288-351 a HCP PAK-BSE Object - Base Address
352-383 <MEMORYADDRESSATTRIBUTES> HCP PAK-BSE Object - Memory Address Attributes
384-447 a HCP PAK-BSE Object - Access Upper Bound
instruction - 2 video HCP_PAK_INSERT_OBJECT
0-11 u DWord Length =0
16-22 u SubOpcode =34
23-26 u Media Command Opcode =7
27-28 u Pipeline =2
29-31 u Command Type =3
33 b End of Slice
34 b Last Header
35 b Emulation Byte Bits Insert Enable
36-39 u Skip Emulation Byte Count
40-45 u Data Bits In Last DW
47 u Header Length Excluded From Size
 0=ACCUMULATE; 1=NO_ACCUMULATION
48-49 u Data Byte Offset
63 b Indirect Payload Enable
*0 64 128
0-127 <HCP_PAK_INSERT_OBJECT_INDIRECT_PAYLOAD> Indirect Payload
0-31 u Inline PayLoad
.
instruction 2 2 video HCP_PAK_OBJECT
0-11 u DWord Length
16-22 u SubOpcode =33
23-26 u Media Command Opcode =7
27-28 u Pipeline =2
29-31 u Command Type =3
32-35 u Split Level 2 Part 0
36-39 u Split Level 2 Part 1
40-43 u Split Level 2 Part 2
44-47 u Split Level 2 Part 3
48-51 u Split Level 1
52 u Split Level 0
56-61 u CU Count
62 b Last LCU of Tile
63 b Last LCU of Slice
64-79 u Current LCU X Address
80-95 u Current LCU Y Address
instruction 2 2 video HCP_PIC_STATE
0-11 u DWord Length
16-22 u SubOpcode =16
23-26 u Media Command Opcode =7
27-28 u Pipeline =2
29-31 u Command Type =3
32-41 u Frame Width In Minimum Coding Block Size
47 b PAK Transform Skip Enable
48-57 u Frame Height In Minimum Coding Block Size
64-65 u Min CU Size ^LCU
 3=64x64; 2=32x32; 1=16x16; 0=8x8
66-67 u LCU Size ^LCU
 3=64x64; 2=32x32; 1=16x16; 0=Illegal/reserved
68-69 u Min TU Size ^TU
 3=32x32; 2=16x16; 1=8x8; 0=4x4
70-71 u Max TU Size ^TU
 3=32x32; 2=16x16; 1=8x8; 0=4x4
72-73 u Min PCM Size ^PCM
 2=32x32; 1=16x16; 0=8x8
74-75 u Max PCM Size ^PCM
 2=32x32; 1=16x16; 0=8x8
96 b Collocated Picture Is I Slice
97 b Current Picture Is I Slice
98 b CABAC Zero Word Insertion Test Enable
131 b Sample Adaptive Offset Enable
132 b PCM Enable
133 b CU QP Delta Enable
134-135 u Max DQP Depth
136 b PCM Loop Filter Disable
137 b Constrained Intra Prediction
138-140 u Log2 Parallel Merge Level
141 b Sign Data Hiding
143 b Loop Filter Enable
144 b Entropy Coding Sync Enable
145 b Tiling Enable
146 b Weighted BiPredication Enable
147 b Weighted Predication Enable
148 b Field Pic
149 b Top Field
150 b Transform Skip Enable
151 b AMP Enable
153 b Transquant Bypass Enable
154 b Strong Intra Smoothing Enable
155 u CU Packet Structure
 0=VME; 1=ExtEnc
160-164 i Picture Cb QP Offset
165-169 i Picture Cr QP Offset
170-172 u Intra Max Transform Hierarchy Depth
173-175 u Inter Max Transform Hierarchy Depth
176-179 u Chroma PCM Sample Bit Depth
180-183 u Luma PCM Sample Bit Depth
184-186 u Chroma Bit Depth
 0=8-bit; 1=9-bit; 2=10-bit; 3=11-bit; 4=12-bit
187-189 u Luma Bit Depth
 0=8-bit; 1=9-bit; 2=10-bit; 3=11-bit; 4=12-bit
192-207 u LCU Max Bit Size Allowed
208 b Non First Pass
216 b LCU Max Size Report
217 b Frame Bitrate Max Report
218 b Frame Bitrate Min Report
221 b Load Bitstream Pointer Per Slice
224-237 u Frame Bitrate Max
255 u Frame Bitrate Max Unit
256-269 u Frame Bitrate Min
287 u Frame Bitrate Min Unit
288-302 u Frame Bitrate Min Delta
304-318 u Frame Bitrate Max Delta
320-383 <FRAMEDELTAQP> Frame Delta QP Max
384-447 <FRAMEDELTAQP> Frame Delta QP Min
448-511 <FRAMEDELTAQPRANGE> Frame Delta QP Max Range
512-575 <FRAMEDELTAQPRANGE> Frame Delta QP Min Range
576-591 u Minimum Frame Size
606-607 u Minimum Frame Size Units ^HCP_MFSU
 0=4Kb; 1=16Kb
instruction 95 2 video HCP_PIPE_BUF_ADDR_STATE
0-11 u DWord Length
16-22 u SubOpcode =2
23-26 u Media Command Opcode =7
27-28 u Pipeline =2
29-31 u Command Type =3
32-95 a Decoded Picture - Address
96-127 <MEMORYADDRESSATTRIBUTES> Decoded Picture - Memory Address Attributes
128-191 a Deblocking Filter Line Buffer - Address
192-223 <MEMORYADDRESSATTRIBUTES> Deblocking Filter Line Buffer - Memory Address Attributes
224-287 a Deblocking Filter Tile Line Buffer - Address
288-319 <MEMORYADDRESSATTRIBUTES> Deblocking Filter Tile Line Buffer - Memory Address Attributes
320-383 a Deblocking Filter Tile Column Buffer - Address
384-415 <MEMORYADDRESSATTRIBUTES> Deblocking Filter Tile Column Buffer - Memory Address Attributes
416-479 a Metadata Line Buffer - Address
480-511 <MEMORYADDRESSATTRIBUTES> Metadata Line Buffer - Memory Address Attributes
512-575 a Metadata Tile Line Buffer - Address
576-607 <MEMORYADDRESSATTRIBUTES> Metadata Tile Line Buffer - Memory Address Attributes
608-671 a Metadata Tile Column Buffer - Address
672-703 <MEMORYADDRESSATTRIBUTES> Metadata Tile Column Buffer - Memory Address Attributes
704-767 a SAO Line Buffer - Address
768-799 <MEMORYADDRESSATTRIBUTES> SAO Line Buffer - Memory Address Attributes
800-863 a SAO Tile Line Buffer - Address
864-895 <MEMORYADDRESSATTRIBUTES> SAO Tile Line Buffer - Memory Address Attributes
896-959 a SAO Tile Column Buffer - Address
960-991 <MEMORYADDRESSATTRIBUTES> SAO Tile Column Buffer - Memory Address Attributes
992-1055 a Current MV Temporal Buffer - Address
1056-1087 <MEMORYADDRESSATTRIBUTES> Current MV Temporal Buffer - Memory Address Attributes
*8 1184 64
0-63 a Reference Picture - Address
.
1696-1727 <MEMORYADDRESSATTRIBUTES> Reference Picture - Memory Address Attributes
1728-1791 a Original Uncompressed Picture Source - Address
1792-1823 <MEMORYADDRESSATTRIBUTES> Original Uncompressed Picture Source - Memory Address Attributes
1824-1887 a Stream-Out Data Destination - Address
1888-1919 <MEMORYADDRESSATTRIBUTES> Stream-Out Data Destination - Memory Address Attributes
1920-1983 a Decoded Picture Status Buffer - Address
1984-2015 <MEMORYADDRESSATTRIBUTES> Decoded Picture Status Buffer - Memory Address Attributes
2016-2079 a LCU ILDB Stream-Out Buffer - Address
2080-2111 <MEMORYADDRESSATTRIBUTES> LCU ILDB Stream-Out Buffer - Memory Address Attributes
*8 2112 64
0-63 a Collocated MV Temporal Buffer - Address
.
2624-2655 <MEMORYADDRESSATTRIBUTES> Collocated MV Temporal Buffer - Memory Address Attributes
2656-2719 a VP9 Probability Buffer - Address
2720-2751 <MEMORYADDRESSATTRIBUTES> VP9 Probability Buffer - Memory Address Attributes
2752-2815 u VP9 Segment ID Buffer - Address
2816-2847 <MEMORYADDRESSATTRIBUTES> VP9 Segment ID Buffer - Memory Address Attributes
2848-2911 a VP9 HVD Line Rowstore Buffer - Address
2912-2943 <MEMORYADDRESSATTRIBUTES> VP9 HVD Line Rowstore Buffer - Memory Address Attributes
2944-3007 a VP9 HVD Tile Rowstore Buffer - Address
3008-3039 <MEMORYADDRESSATTRIBUTES> VP9 HVD Tile Rowstore Buffer - Memory Address Attributes
instruction 4 2 video HCP_PIPE_MODE_SELECT
0-11 u DWord Length
16-22 u SubOpcode =0
23-26 u Media Command Opcode =7
27-28 u Pipeline =2
29-31 u Command Type =3
32 u Codec Select
 0=Decode; 1=Encode
33 b Deblocker Stream-Out Enable
34 b PAK Pipeline Stream-Out Enable
35 b Pic Status/Error Report Enable
37-39 u Codec Standard Select
 0=HEVC; 1=VP9
41 b Advanced Rate Control Enable
44 b PAK Frame Level Stream-Out Enable
64-95 u Media Soft-Reset Counter
96-127 u Pic Status/Error Report ID
instruction 34 2 video HCP_QM_STATE
0-11 u DWord Length
16-22 u SubOpcode =4
23-26 u Media Command Opcode =7
27-28 u Pipeline =2
29-31 u Command Type =3
32 u Prediction Type
 0=Intra; 1=Inter
33-34 u SizeID ^SZ
 0=4x4; 1=8x8; 2=16x16; 3=32x32
35-36 u Color Component
 0=Luma; 1=Chroma Cb; 2=Chroma Cr
37-44 u DC Coefficient
*64 64 8
0-7 u Quantizer Matrix 8x8
.
instruction 18 2 video HCP_REF_IDX_STATE
0-11 u DWord Length
16-22 u SubOpcode =18
23-26 u Media Command Opcode =7
27-28 u Pipeline =2
29-31 u Command Type =3
32 u Reference Picture List Select
33-36 u Number of Reference Indexes Active
*16 64 32
0-31 <HCP_REF_LIST_ENTRY> Reference List Entry
.
instruction 2 2 video HCP_SLICE_STATE
0-11 u DWord Length
16-22 u SubOpcode =20
23-26 u Media Command Opcode =7
27-28 u Pipeline =2
29-31 u Command Type =3
32-40 u Slice Horizontal Position
48-56 u Slice Vertical Position
64-72 u Next Slice Horizontal Position
80-88 u Next Slice Vertical Position
96-97 u Slice Type ^HCP_ST
 0=B Slice; 1=P Slice; 2=I Slice
98 b Last Slice
99 u Slice QP Sign
100 b Dependent Slice
101 b Slice Temporal MVP Enable
102-107 u Slice QP
108-112 i Slice Cb QP Offset
 20=-12; 21=-11; 22=-10; 23=-9; 24=-8; 25=-7; 26=-6; 27=-5; 28=-4; 29=-3; 30=-2; 31=-1
113-117 i Slice Cr QP Offset
 20=-12; 21=-11; 22=-10; 23=-9; 24=-8; 25=-7; 26=-6; 27=-5; 28=-4; 29=-3; 30=-2; 31=-1
120 b Last Slice of Tile
128 b Slice Header Disable Deblocking Filter
129-132 i Slice TC Offset Div2
133-136 i Slice Beta Offset Div2
138 b Slice Loop Filter Enable
139 b Slice SAO Chroma
140 b Slice SAO Luma
141 b MVD L1 Zero
142 b Low Delay
143 b Collocated From L0
144-146 u Log2 Weight Denominator Chroma
147-149 u Log2 Weight Denominator Luma
150 b CABAC Init
151-153 u Max Merge Index
154-156 u Collocated MV Temporal Buffer Index
160-175 u Slice Header Length
212-215 u Round Intra
 0=+1/32; 1=+2/32; 2=+3/32; 3=+4/32; 4=+5/32; 5=+6/32; 6=+7/32; 7=+8/32; 8=+9/32; 9=+10/32; 10=+11/32
 11=+12/32; 12=+13/32; 13=+14/32; 14=+15/32; 15=+16/32
218-221 u Round Inter
 0=+1/32; 1=+2/32; 2=+3/32; 3=+4/32; 4=+5/32; 5=+6/32; 6=+7/32; 7=+8/32; 8=+9/32; 9=+10/32; 10=+11/32
 11=+12/32; 12=+13/32; 13=+14/32; 14=+15/32; 15=+16/32
225 b CABAC Zero Word Insertion Enable
226 b Emulation Byte Slice Insert Enable
232 b Tail Insertion Present
233 b Slice Data Insertion Present
234 b Header Insertion Present
262-284 o Indirect PAK-BSE Data Start Offset
288-303 u Transform Skip Lambda
320-327 u Transform Skip Number of Zero Coeffs Factor0
328-335 u Transform Skip Number of Non-Zero Coeffs Factor0
336-343 u Transform Skip Number of Zero Coeffs Factor1
344-351 u Transform Skip Number of Non-Zero Coeffs Factor1
instruction 3 2 video HCP_SURFACE_STATE
0-11 u DWord Length
16-22 u SubOpcode =1
23-26 u Media Command Opcode =7
27-28 u Pipeline =2
29-31 u Command Type =3
32-48 u Surface Pitch
60-63 u Surface ID ^HCP
 0=Current Decoded Picture; 1=Source Input Picture; 2=Prev Reference Picture; 3=Golden Reference Picture
 4=AltRef Reference Picture
64-78 u Y Offset for U(Cb)
92-95 u Surface Format
 4=PLANAR_420_8; 13=P010
instruction 1 1 video HCP_TILE_CODING
0-11 u DWord Length
16-22 u SubOpcode =21
23-26 u Media Command Opcode =7
27-28 u Pipeline =2
29-31 u Command Type =3
128-159 u SAO Parameter Offset
instruction 13 2 video HCP_TILE_STATE
0-11 u DWord Length
16-22 u Media Instruction Command =17
23-26 u Media Command Opcode =7
27-28 u Pipeline =2
29-31 u Command Type =3
32-36 u Number of Tile Rows
37-41 u Number of Tile Columns
*5 64 32
0-31 <HCP_TILE_POSITION_IN_CTB> Column Position
.
*6 224 32
0-31 <HCP_TILE_POSITION_IN_CTB> Row position
.
instruction 2 2 video HCP_VP9_PIC_STATE
0-11 u DWord Length
16-22 u SubOpcode =48
23-26 u Media Command Opcode =7
27-28 u Pipeline =2
29-31 u Command Type =3
32-45 u Frame Width
48-61 u Frame Height
64 u Frame Type ^VP9
 0=Key Frame; 1=Inter Frame
65 b Adapt Probabilities
66 b Intra Only
67 b Allow Hi Precision MV
68-70 u Motion Compensation Filter Type
 0=Eight-tap; 1=Eight-tap-Smooth; 2=Eight-tap-Sharp; 3=Bilinear; 4=Switchable
71-73 u Reference Frame Sign Bias
74 b Use Prev in Find MV References
75 u Hybrid Prediction Mode
76 u Selectable TX Mode
77 u Last Frame Type ^VP9
 0=Key Frame; 1=Non Key Frame
78 b Refresh Frame Context Enable
79 b Error Resilient Mode Enable
80 b Frame Parallel Decoding Mode Enable
81-86 u Filter Level
87-89 u Sharpness Level
90 b Segmentation Enable
91 b Segmentation Update Map
92 b Segmentation Temporal Update
93 b Lossless Mode
94 b Segment ID Stream-Out Enable
95 b Segment ID Stream-In Enable
96-99 u Log2 Tile Column
 0=1 Tile Column; 1=2 Tile Column; 2=4 Tile Column; 3=8 Tile Column; 4=16 Tile Column; 5=32 Tile Column
 6=64 Tile Column
104-105 u Log2 Tile Row
 0=1 Tile Row; 1=2 Tile Row; 2=4 Tile Row
118-119 u Chroma Sampling Format
 0=Format_420
120-123 u Bit Depth
 0=8-bit; 2=10-bit; 4=12-bit
124-127 u Profile Level
 0=Profile_0; 2=Profile_2
128-143 u2.14 Vertical Scale Factor for LAST
144-159 u2.14 Horizontal Scale Factor for LAST
160-175 u2.14 Vertical Scale Factor for GOLDEN
176-191 u2.14 Horizontal Scale Factor for GOLDEN
192-207 u2.14 Vertical Scale Factor for ALTREF
208-223 u2.14 Horizontal Scale Factor for ALTREF
224-237 u Last Frame Width
240-253 u Last Frame Height
256-269 u Golden Frame Width
272-285 u Golden Frame Height
288-301 u Altref Frame Width
304-317 u Altref Frame Height
320-327 u Uncompressed Header Length
336-351 u First Partition Size
353 b Motion Comp Scaling Enable
416-431 u Compressed Header BIN count
432-439 u Luma AC Q Index Delta
448-452 i Chroma AC Q Index Delta
456-460 i Chroma DC Q Index Delta
464-468 i Luma DC Q Index Delta
480-486 i LF Ref Delta 0
488-494 i LF Ref Delta 1
496-502 i LF Ref Delta 2
504-510 i LF Ref Delta 3
512-518 i LF Mode Delta 0
520-526 i LF Mode Delta 1
544-559 u Bit Offset for LF Ref Delta
560-575 u Bit Offset for LF Mode Delta
576-591 u Bit Offset for Q index
592-607 u Bit Offset for LF Level
instruction 8 2 video HCP_VP9_SEGMENT_STATE
0-11 u DWord Length
16-22 u SubOpcode =50
23-26 u Media Command Opcode =7
27-28 u Pipeline =2
29-31 u Command Type =3
32-34 u Segment ID
64 b Segment Skipped
65-66 u Segment Reference
67 b Segment Reference Enable
96-101 u Filter Level Ref0 Mode 0
104-109 u Filter Level Ref0 Mode 1
112-117 u Filter Level Ref1 Mode 0
120-125 u Filter Level Ref1 Mode 1
128-133 u Filter Level Ref2 Mode 0
136-141 u Filter Level Ref2 Mode 1
144-149 u Filter Level Ref3 Mode 0
152-157 u Filter Level Ref3 Mode 1
160-174 u Luma DC Quant Scale
176-190 u Luma AC Quant Scale
192-206 u Chroma DC Quant Scale
208-222 u Chroma AC Quant Scale
instruction 34 2 video HCP_WEIGHTOFFSET_STATE
0-11 u DWord Length
16-22 u SubOpcode =19
23-26 u Media Command Opcode =7
27-28 u Pipeline =2
29-31 u Command Type =3
32 u Reference Picture List Select
*16 64 32
0-31 <HCP_WEIGHTOFFSET_LUMA_ENTRY> Luma Offsets
.
*16 576 32
0-31 <HCP_WEIGHTOFFSET_CHROMA_ENTRY> Chroma Offsets
.
instruction 62 2 video HEVC_VP9_RDOQ_STATE
0-11 u DWord Length =60
16-20 u SubOpcode B =8
21-22 u SubOpcode A =0
23-26 u Media Command Opcode =7
27-28 u Pipeline =2
29-31 u Command Type =3
62 b HTQ Performance Fix 1 Disable
63 b HTQ Performance Fix 0 Disable
*32 64 32
0-31 <HEVC_VP9_RDOQ_LAMBDA_FIELDS> Intra Luma Lambda
.
*32 1088 32
0-31 <HEVC_VP9_RDOQ_LAMBDA_FIELDS> Intra Chroma Lambda
.
*32 2112 32
0-31 <HEVC_VP9_RDOQ_LAMBDA_FIELDS> Inter Luma Lambda
.
*32 3136 32
0-31 <HEVC_VP9_RDOQ_LAMBDA_FIELDS> Inter Chroma Lambda
.
instruction 2 2 video HUC_CFG_STATE
0-11 u DWord Length
16-22 u SubOpcode =3
23-26 u Media Command Opcode =11
27-28 u Pipeline =2
29-31 u Command Type =3
32 u P24C
 0=Normal operation; 1=Force reset
instruction 6 2 video HUC_DMEM_STATE
0-11 u DWord Length
16-22 u SubOpcode =2
23-26 u Media Command Opcode =11
27-28 u Pipeline =2
29-31 u Command Type =3
32-95 a HUC Data Source - Address
96-127 <MEMORYADDRESSATTRIBUTES> HUC Data Source - Memory Address Attributes
134-144 a HUC Data Destination - Address
166-176 u HUC Data Length
instruction 5 2 video HUC_IMEM_STATE
0-11 u DWord Length
16-22 u SubOpcode =1
23-26 u Media Command Opcode =11
27-28 u Pipeline =2
29-31 u Command Type =3
128-135 u HUC Firmware Descriptor
instruction 11 2 video HUC_IND_OBJ_BASE_ADDR_STATE
0-11 u DWord Length
16-22 u SubOpcode =5
23-26 u Media Command Opcode =11
27-28 u Pipeline =2
29-31 u Command Type =3
32-95 a HUC Indirect Stream-In Object - Address
96-127 <MEMORYADDRESSATTRIBUTES> HUC Indirect Stream-In Object - Memory Address Attributes
128-191 a HUC Indirect Stream-In Object - Access Upper Bound
192-255 a HUC Indirect Stream-Out Object - Address
256-287 <MEMORYADDRESSATTRIBUTES> HUC Indirect Stream-Out Object - Memory Address Attributes
288-351 a HUC Indirect Stream-Out Object - Access Upper Bound
instruction 3 2 video HUC_PIPE_MODE_SELECT
0-11 u DWord Length
16-22 u SubOpcode =0
23-26 u Media Command Opcode =11
27-28 u Pipeline =2
29-31 u Command Type =3
36 b Indirect Stream-Out Enable
64-95 u Media Soft-Reset Counter
instruction 2 2 video HUC_START
0-11 u DWord Length
16-22 u SubOpcode =33
23-26 u Media Command Opcode =11
27-28 u Pipeline =2
29-31 u Command Type =3
32 b Last Stream Object
instruction 5 2 video HUC_STREAM_OBJECT
0-11 u DWord Length
16-22 u SubOpcode =32
23-26 u Media Command Opcode =11
27-28 u Pipeline =2
29-31 u Command Type =3
32-63 u Indirect Stream-In Data Length
64-92 a Indirect Stream-In - Address
95 b HUC Processing
96-124 a Indirect Stream-Out - Address
128-135 u Start Code Byte [0]
136-143 u Start Code Byte [1]
144-151 u Start Code Byte [2]
152 b Start Code Search Engine
153 b Emulation Prevention Byte Removal
154 b Stream-Out
155-156 u DRM Length Mode
 0=Start Code Mode; 1=Length Mode
157 b HUC Bitstream Enable
instruction 49 2 video HUC_VIRTUAL_ADDR_STATE
0-11 u DWord Length
16-22 u SubOpcode =4
23-26 u Media Command Opcode =11
27-28 u Pipeline =2
29-31 u Command Type =3
*16 32 96
0-95 <HUC_VIRTUAL_ADDR_REGION> HUC Virtual Address Region
.
instruction 4 2 render MEDIA_CURBE_LOAD
0-15 u DWord Length =2
16-23 u SubOpcode =1
24-26 u Media Command Opcode =0
27-28 u Pipeline =2
29-31 u Command Type =3
64-80 u CURBE Total Data Length
96-127 u CURBE Data Start Address
instruction 4 2 render MEDIA_INTERFACE_DESCRIPTOR_LOAD
0-15 u DWord Length =2
16-23 u SubOpcode =2
24-26 u Media Command Opcode =0
27-28 u Pipeline =2
29-31 u Command Type =3
64-80 u Interface Descriptor Total Length
96-127 o Interface Descriptor Data Start Address
instruction - 2 render MEDIA_OBJECT
0-15 u DWord Length =4
16-23 u Media Command Sub-Opcode =0
24-26 u Media Command Opcode =1
27-28 u Media Command Pipeline =2
29-31 u Command Type =3
32-37 u Interface Descriptor Offset
64-80 u Indirect Data Length
81-82 u SubSlice Destination Select
 3=Subslice 3; 2=SubSlice 2; 1=SubSlice 1; 0=SubSlice 0
83-84 u Slice Destination Select
 0=Slice 0; 1=Slice 1; 2=Slice 2
85 u Use Scoreboard
 0=Not using scoreboard; 1=Using scoreboard
86 u Force Destination
88 u Thread Synchronization
 0=No thread synchronization; 1=Thread dispatch is synchronized by the 'spawn root thread' message
89-90 u Slice Destination Select MSBs
95 b Children Present
96-127 a Indirect Data Start Address
128-136 u Scoreboard X
144-152 u Scoredboard Y
160-167 u Scoreboard Mask
176-179 u Scoreboard Color
*0 192 32
0-31 u Inline Data
.
instruction - 2 render MEDIA_OBJECT_GRPID
0-15 u DWord Length =5
16-23 u Media Command Sub-Opcode =6
24-26 u Media Command Opcode =1
27-28 u Media Command Pipeline =2
29-31 u Command Type =3
32-37 u Interface Descriptor Offset
64-80 u Indirect Data Length
81-82 u SubSlice Destination Select
 3=Subslice3; 2=SubSlice 2; 1=SubSlice 1; 0=SubSlice 0
83-84 u Slice Destination Select
 0=Slice 0; 1=Slice 1; 2=Slice 2
85 u Use Scoreboard
 0=Not using scoreboard; 1=Using scoreboard
86 u Force Destination
87 u End of Thread Group
88 u Slice Destination Select MSB
96-127 a Indirect Data Start Address
128-136 u Scoreboard X
144-152 u Scoreboard Y
160-167 u Scoreboard Mask
176-179 u Scoreboard Color
192-223 u GroupID
*0 224 32
0-31 u Inline Data
.
instruction 16 2 render MEDIA_OBJECT_PRT
0-15 u DWord Length =14
16-23 u SubOpcode =2
24-26 u Media Command Opcode =1
27-28 u Pipeline =2
29-31 u Command Type =3
32-37 u Interface Descriptor Offset
86 u PRT_FenceType
 0=Root thread queue; 1=VFE state flush
87 b PRT_Fence Needed
95 b Children Present
*12 128 32
0-31 u Inline Data
.
instruction - 2 render MEDIA_OBJECT_WALKER
0-15 u DWord Length =15
16-23 u SubOpcode =3
24-26 u Media Command Opcode =1
27-28 u Pipeline =2
29-31 u Command Type =3
32-37 u Interface Descriptor Offset
64-80 u Indirect Data Length
85 u Use Scoreboard
 0=Not using scoreboard; 1=Using scoreboard
86-87 u Masked Dispatch
88 u Thread Synchronization
 0=No thread synchronization; 1=Thread dispatch is synchronized by the 'spawn root thread' message
96-127 u Indirect Data Start Address
160-167 u Scoreboard Mask
168-191 u Group ID Loop Select
 0=No_Groups; 1=Color_Groups; 2=InnerLocal_Groups; 3=MidLocal_Groups; 4=OuterLocal_Groups
 5=InnerGlobal_Groups
200-201 i Mid-Loop Unit X
204-205 i Local Mid-Loop Unit Y
208-212 u Middle Loop Extra Steps
216-219 u Color Count Minus One
224-235 u Local Loop Exec Count
240-251 u Global Loop Exec Count
256-266 u Block Resolution X
272-282 u Block Resolution Y
288-298 u Local Start X
304-314 u Local Start Y
352-363 i Local Outer Loop Stride X
368-379 i Local Outer Loop Stride Y
384-395 i Local Inner Loop Unit X
400-411 i Local Inner Loop Unit Y
416-426 u Global Resolution X
432-442 u Global Resolution Y
448-459 i Global Start X
464-475 i Global Start Y
480-491 i Global Outer Loop Stride X
496-507 i Global Outer Loop Stride Y
512-523 i Global Inner Loop Unit X
528-539 i Global Inner Loop Unit Y
*0 544 32
0-31 u Inline Data
.
instruction 2 2 render MEDIA_STATE_FLUSH
0-15 u DWord Length =0
16-23 u SubOpcode =4
24-26 u Media Command Opcode =0
27-28 u Pipeline =2
29-31 u Command Type =3
32-37 u Interface Descriptor Offset
38 u Watermark Required
39 b Flush to GO
instruction 9 2 render MEDIA_VFE_STATE
0-15 u DWord Length =7
16-23 u SubOpcode =0
24-26 u Media Command Opcode =0
27-28 u Pipeline =2
29-31 u Command Type =3
32-35 u Per Thread Scratch Space
36-39 u Stack Size
42-79 a Scratch Space Base Pointer
103 u Reset Gateway Timer
 0=Maintaining the existing timestamp state; 1=Resetting relative timer and latching the global timestamp
104-111 u Number of URB Entries
112-127 u Maximum Number of Threads
128-129 u Slice Disable
 0=All Subslices Enabled; 1=Only Slice 0 Enabled; 3=Only Slice 0 Subslice 0 Enabled
160-175 u CURBE Allocation Size
176-191 u URB Entry Allocation Size
192-199 u Scoreboard Mask
222 u Scoreboard Type
 0=Stalling Scoreboard; 1=Non-Stalling Scoreboard
223 b Scoreboard Enable
224-227 i Scoreboard 0 Delta X
228-231 i Scoreboard 0 Delta Y
232-235 i Scoreboard 1 Delta X
236-239 i Scoreboard 1 Delta Y
240-243 i Scoreboard 2 Delta X
244-247 i Scoreboard 2 Delta Y
248-251 i Scoreboard 3 Delta X
252-255 i Scoreboard 3 Delta Y
256-259 i Scoreboard 4 Delta X
260-263 i Scoreboard 4 Delta Y
264-267 i Scoreboard 5 Delta X
268-271 i Scoreboard 5 Delta Y
272-275 i Scoreboard 6 Delta X
276-279 i Scoreboard 6 Delta Y
280-283 i Scoreboard 7 Delta X
284-287 i Scoreboard 7 Delta Y
instruction 12 2 video MFC_AVC_PAK_OBJECT
0-11 u DWord Length =10
16-20 u SubOpcode B =9
21-23 u SubOpcode A =2
24-26 u Media Command Opcode =1
27-28 u Pipeline =2
29-31 u Command Type =3
32-41 u Indirect PAK-MV Data Length
64-92 o Indirect PAK-MV Data Start Address Offset
*8 96 32
0-31 u Inline Data
.
*12 384 32
0-31 u VDEnc Mode Inline Data
.
instruction 176 2 video MFC_JPEG_HUFF_TABLE_STATE
0-11 u DWord Length =174
16-20 u SubOpcode B =3
21-23 u SubOpcode A =2
24-26 u Media Command Opcode =7
27-28 u Pipeline =2
29-31 u Command Type =3
32 u Huff Table ID
64-447 u DC_TABLE
448-5631 u AC_TABLE
instruction 3 2 video MFC_JPEG_SCAN_OBJECT
0-11 u DWord Length =1
16-20 u SubOpcode B =9
21-23 u SubOpcode A =2
24-26 u Media Command Opcode =7
27-28 u Pipeline =2
29-31 u Command Type =3
32-57 u MCU Count
64-79 u Restart Interval
80 b Last Scan
81 b Head Present
82-84 u Huffman DC Table
86-88 u Huffman AC Table
instruction 9 2 video MFC_MPEG2_PAK_OBJECT
0-11 u DWord Length =7
16-20 u SubOpcode B =9
21-23 u SubOpcode A =2
24-26 u Media Command Opcode =3
27-28 u Pipeline =2
29-31 u Command Type =3
*8 32 32
0-31 u Inline Data
.
instruction 8 2 video MFC_MPEG2_SLICEGROUP_STATE
0-11 u DWord Length =6
16-20 u SubOpcode B =3
21-23 u SubOpcode A =2
24-26 u Media Command Opcode =3
27-28 u Pipeline =2
29-31 u Command Type =3
32-33 u Stream ID
36-39 u Slice ID
44 b Intra Slice Flag
45 b Intra Slice
46 b First Slice Header Disable
47 b Tail Insertion Present
48 b Slice Data Insertion Present
49 b Header Insertion Present
50 b Compressed BitStream Output Disable
51 b Last Slice
52 b MB Type Skip Conversion Disable
54 u Rate Control Panic Type
 0=QP Panic; 1=CBP Panic
55 b Rate Control Panic Enable
56-59 u Rate Control Stable Tolerance
60-61 u Rate Control Triggle Mode
 0=Always Rate Control; 1=Gentle Rate Control; 2=Loose Rate Control
62 b Reset Rate Control Counter
63 b Rate Control Counter Enable
64-71 u First MB X Count
72-79 u First MB Y Count
80-87 u Next Slice Group MB X Count
88-95 u Next Slice Group MB Y Count
96-101 u Slice Group QP
104 b Slice Group Skip
128-156 o Indirect PAK-BSE Data Start Address
160-163 u Grow Init
164-167 u Grow Resistance
168-171 u Shrink Init
172-175 u Shrink Resistance
176-183 u QP Max Positive Modifier Magnitude
184-191 u QP Max Negative Modifier Magnitude
192-195 u Correct 1
196-199 u Correct 2
200-203 u Correct 3
204-207 u Correct 4
208-211 u Correct 5
212-215 u Correct 6
224-227 u CV0
228-231 u CV1
232-235 u CV2
236-239 u CV3
240-243 u CV4
244-247 u CV5
248-251 u CV6
252-255 u CV7
instruction 6 2 video MFD_AVC_BSD_OBJECT
0-11 u DWord Length =4
16-20 u SubOpcode B =8
21-23 u SubOpcode A =1
24-26 u Media Command Opcode =1
27-28 u Pipeline =2
29-31 u Command Type =3
32-63 u Indirect BSD Data Length
64-92 a Indirect BSD Data Start Address
96-191 <INLINE_DATA_DESCRIPTION_FOR_MFD_AVC_BSD_OBJECT> Inline Data
instruction 27 2 video MFD_AVC_DPB_STATE
0-11 u DWord Length =9
16-20 u SubOpcode B =6
21-23 u SubOpcode A =1
24-26 u Media Command Opcode =1
27-28 u Pipeline =2
29-31 u Command Type =3
*16 32 1
0 u Non-Existing Frame
 1=INVALID; 0=VALID
.
*16 48 1
0 u Long Term Frame
.
*16 64 2
0-1 u Used for Reference
 0=NOT_REFERENCE; 1=TOP_FIELD; 2=BOTTOM_FIELD; 3=FRAME
.
*16 96 16
0-15 u LTST Frame Number List ^LTST
 1=Long Term Frame; 0=Short Term Frame
.
*16 352 16
0-15 u View ID
.
*16 608 8
0-7 u L0 View Order
.
*16 736 8
0-7 u L1 View Order
.
instruction 10 2 video MFD_AVC_PICID_STATE
0-11 u DWord Length =8
16-20 u SubOpcode B =5
21-23 u SubOpcode A =1
24-26 u Media Command Opcode =1
27-28 u Pipeline =2
29-31 u Command Type =3
32 u PictureID Remapping Disable
 0=Use 16 bits Picture ID; 1=Use 4 bits FrameStoreID
*16 64 16
0-15 u Picture ID
.
instruction 3 2 video MFD_AVC_SLICEADDR
0-11 u DWord Length =1
16-20 u SubOpcode B =7
21-23 u SubOpcode A =1
24-26 u Media Command Opcode =1
27-28 u Pipeline =2
29-31 u Command Type =3
32-63 u Indirect BSD Data Length
64-92 a Indirect BSD Data Start Address
instruction - 2 video MFD_IT_OBJECT
0-11 u DWord Length =6
16-20 u SubOpcode B =9
21-23 u SubOpcode A =1
24-26 u Media Command Opcode =0
27-28 u Pipeline =2
29-31 u Command Type =3
32-41 u Indirect IT-MV Data Length
64-92 o Indirect IT-MV Data Start Address Offset
96-107 u Indirect IT-COEFF Data Length
128-156 o Indirect IT-COEFF Data Start Address Offset
160-165 u Indirect IT-DBLK Control Data Length
192-220 o Indirect IT-DBLK Control Data Start Address Offset
*0 224 32
0-31 u Inline Data
.
instruction 6 2 video MFD_JPEG_BSD_OBJECT
0-11 u DWord Length =4
16-20 u SubOpcode B =8
21-23 u SubOpcode A =1
24-26 u Media Command Opcode =7
27-28 u Pipeline =2
29-31 u Command Type =3
32-63 u Indirect Data Length
64-92 o Indirect Data Start Address
96-108 u Scan Vertical Position
112-124 u Scan Horizontal Position
128-153 u MCU Count
155-157 u Scan Components
158 b Interleaved
160-175 u Restart Interval
instruction 5 2 video MFD_MPEG2_BSD_OBJECT
0-11 u DWord Length =3
16-20 u SubOpcode B =8
21-23 u SubOpcode A =1
24-26 u Media Command Opcode =3
27-28 u Pipeline =2
29-31 u Command Type =3
32-63 u Indirect BSD Data Length
64-92 o Indirect BSD Data Start Address
96-159 <MFD_MPEG2_BSD_OBJECT_INLINE_DATA_DESCRIPTION> Inline Data
instruction 5 2 video MFD_VC1_BSD_OBJECT
0-11 u DWord Length =3
16-20 u SubOpcode B =8
21-23 u SubOpcode A =1
24-26 u Media Command Opcode =2
27-28 u Pipeline =2
29-31 u Command Type =3
32-55 u Indirect BSD Data Length
64-92 o Indirect BSD Data Start Address
96-104 u Next Slice Vertical Position
112-119 u Slice Start Vertical Position
128-130 u First MB Bit Offset
132 u Emulation Prevention Byte Present
144-159 u First MB Byte Offset of Slice Data or Slice Header
instruction 6 2 video MFD_VC1_LONG_PIC_STATE
0-11 u DWord Length =4
16-20 u SubOpcode B =1
21-23 u SubOpcode A =1
24-26 u Media Command Opcode =2
27-28 u Pipeline =2
29-31 u Command Type =3
32-39 u Picture Width In MBs
48-55 u Picture Height In MBs
64 u VC1 Profile
 0=Simple/Main Profile; 1=Advanced Profile
67 b Second Field
68 b Overlap Smoothing Enable
69 b Loop Filter Enable
70 b Range Reduction Enable
71 u Range Reduction Scale
72-75 u MV Mode
76 b Sync Marker
77 b Interpolation Rounder Control
78 b Implicit Quantizer
79 b DMV Surface Valid
88-95 u Bitplane Buffer Pitch
96-103 u B Scale Factor
104-108 u PQ Value
112-116 u Alternative PQ Value
120-121 u Frame Coding Mode
 0=Progressive Frame Picture; 1=Interlaced Frame Picture; 2=Field Picture with Top Field First
 3=Field Picture with Bottom Field First
122-124 u Picture Type
125-126 u CONDOVER
128 b PQ Uniform
129 b Half QP
130-131 u Alternative PQ Configuration
132-135 u Alternative PQ Edge Mask
136-137 u Extended MV Range
138-139 u Extended DMV Range
144-147 u Forward Reference Distance
148-151 u Backward Reference Distance
152 u Number of References
 0=One field referenced; 1=Two fields referenced
153 u Reference Field Picture Polarity
 0=Top (even) Field; 1=Bottom (odd) Field
154 u Fast UV Motion Compensation
 0=No Rounding; 1=Quarter-Pel offsets to Half/Full pel positions
155 u Four MV Switch
 0=Only 1-MV; 1=1, 2, or 4 MVs
156-157 u Unified MV Mode
 3=1-MV half-pel bilinear; 1=1-MV; 2=1-MV half-pel; 0=Mixed MV
160-162 u Coded Block Pattern Table
163 u Intra Transform DC Table
164-165 u Picture-level Transform Chroma AC Coding Set Index
166-167 u Picture-level Transform Luma AC Coding Set Index
168-170 u MB Mode Table
171 b MB Transform Type
172-173 u Picture-level Transform Type
 0=8x8 Transform; 1=8x4 Transform; 2=4x8 Transform; 3=4x4 Transform
176-177 u 2-MV Block Pattern Table
178-179 u 4-MV Block Pattern Table
180-182 u MV Table
184 b FIELDTX Raw
185 b ACPRED Raw
186 b OVERFLAGS Raw
187 b DIRECTMB Raw
188 b SKIPMB Raw
189 b MVTYPEMB Raw
190 b FORWARDMB Raw
191 b Bitplane Buffer Present
instruction 5 2 video MFD_VC1_SHORT_PIC_STATE
0-11 u DWord Length =3
16-20 u SubOpcode B =0
21-23 u SubOpcode A =1
24-26 u Media Command Opcode =2
27-28 u Pipeline =2
29-31 u Command Type =3
32-39 u Picture Width
48-55 u Picture Height
64-65 u Picture Structure
67 b Second Field
68 b Intra Picture
69 b Backward Prediction Present
75 u VC1 Profile
 0=Simple/Main Profile; 1=Advanced Profile
79 b DMV Surface Valid
80-83 u MV Mode
87 b Interpolation Rounder Control
88-95 u Bitplane Buffer Pitch
96 b variable-sized transform coding
97-98 u DQUANT
99 b EXTENDED_MV Present
100 u Fast UV Motion Compensation
 0=No Rounding; 1=Quarter-Pel offsets to Half/Full pel positions
101 b Loop Filter Enable
102 b REFDIST_FLAG
103 b PANSCAN Present
104-106 u MAXBFRAMES
107 b RANGERED Present
108 b SYNCMARKER Present
109 b MULTIRES Present
110-111 u QUANTIZER
112-116 u P-Pic Ref Distance
118-119 u Progressive Pic Type
124 u Range Reduction Enable
125 u Range Reduction Scale
126 b Overlap Smoothing Enable
128 b EXTENDED_DMV Present
129 b PSF
130 b REFPIC
131 b FINTERFLAG
132 b TFCNTRFLAG
133 b INTERLACE
134 b PULLDOWN
135 b POSTPROC
136 b 4-MV Allowed
152-156 u BFraction Enumeration
instruction 22 2 video MFD_VP8_BSD_OBJECT
0-11 u DWord Length =20
16-20 u SubOpcode B =8
21-23 u SubOpcode A =1
24-26 u Media Command OpCode =4
27-28 u Pipeline =2
29-31 u Command Type =3
32-34 u Partition0 First MB Bit Offset from Frame Header
36-37 u Coded Num of Coeff Token Partitions
40-47 u Partition0 CPBAC Entropy Range
48-52 u Partition0 CPBAC Entropy Count
88-95 u Partition0 CPBAC Entropy Value
96-119 u Indirect Partition0 Data Length
128-159 u Indirect Partition0 Data Start Offset
160-183 u Indirect Partition1 Data Length
192-223 u Indirect Partition1 Data Start Offset
224-247 u Indirect Partition2 Data Length
256-287 u Indirect Partition2 Data Start Offset
288-311 u Indirect Partition3 Data Length
320-351 u Indirect Partition3 Data Start Offset
352-375 u Indirect Partition4 Data Length
384-415 u Indirect Partition4 Data Start Offset
416-439 u Indirect Partition5 Data Length
448-479 u Indirect Partition5 Data Start Offset
480-503 u Indirect Partition6 Data Length
512-543 u Indirect Partition6 Data Start Offset
544-567 u Indirect Partition7 Data Length
576-607 u Indirect Partition7 Data Start Offset
608-631 u Indirect Partition8 Data Length
640-671 u Indirect Partition8 Data Start Offset
680 u MB Header Error Handling
682 u Entropy Error Handling
684 u MPR Error (MV out of range) Handling
686 u BSD Premature Complete Error Handling
688-689 u Concealment Picture ID
703 u Concealment Method
 0=Intra 16x16 Prediction; 1=Inter P Copy
instruction 71 2 video MFX_AVC_DIRECTMODE_STATE
0-11 u DWord Length =69
16-20 u SubOpcode B =2
21-23 u SubOpcode A =0
24-26 u Media Command Opcode =1
27-28 u Pipeline =2
29-31 u Command Type =3
*16 32 64
0-63 a Direct MV Buffer - Address
.
1056-1087 <MEMORYADDRESSATTRIBUTES> Direct MV Buffer - Attributes
1088-1151 a Direct MV Buffer (Write) - Address
1152-1183 <MEMORYADDRESSATTRIBUTES> Direct MV Buffer (Write) - Attributes
*34 1184 32
0-31 u POC List
.
instruction 14 2 video MFX_AVC_IMG_STATE
0-11 u DWord Length =12
16-20 u SubOpcode B =0
21-23 u SubOpcode A =0
24-26 u Media Command Opcode =1
27-28 u Pipeline =2
29-31 u Command Type =3
32-47 u Frame Size
64-71 u Frame Width
80-87 u Frame Height
104-105 u Image Structure
 0=Frame Picture; 1=Top Field Picture; 3=Bottom Field Picture; 2=Invalid, not allowed.
106-107 u Weighted BiPrediction IDC
 0=DEFAULT; 1=EXPLICIT; 2=IMPLICIT
108 b Weighted Prediction Enable
109 b Rho Domain Rate Control Enable
112-116 u First Chroma QP Offset
120-124 u Second Chroma QP Offset
128 b Field Picture
129 b MBAFF Mode
130 b Frame MB Only
131 b 8x8 IDCT Transform Mode
132 b Direct 8x8 Inference
133 b Constrained Intra Prediction
134 b Non-Reference Picture
135 b Entropy Coding Sync Enable
136 u MB MV Format
 0=IGNORE; 1=FOLLOW
138-139 u Chroma Format IDC
 0=Monochrome picture; 1=4:2:0 picture; 2=4:2:2 picture (not supported); 3=4:4:4 picture (not supported)
140 b MV Unpacked Enable
142 b Load Bitstream Pointer Per Slice
143 b MB Status Read
144-159 u Minimum Frame Size
160 b Intra MB Max Bit Control
161 b Inter MB Max Bit Control
162 b Frame Bitrate Max Report
163 b Frame Bitrate Min Report
167 b Force IPCM Control
169 b MB Level Rate Control
170-171 u Minimum Frame Size Units ^AVC_MFSU
 0=Compatibility mode; 1=16 bytes; 2=4Kb; 3=16Kb
176 u Non First Pass
187 b Trellis Quantization Chroma Disable
188-190 u Trellis Quantization Rounding
191 b Trellis Quantization Enable
192-203 u Intra MB Conformance Max Size
208-219 u Inter MB Conformance Max Size
256-263 i Slice Delta QP Max[0]
264-271 i Slice Delta QP Max[1]
272-279 u Slice Delta QP Max[2]
280-287 i Slice Delta QP Max[3]
288-295 i Slice Delta QP Min[0]
296-303 i Slice Delta QP Min[1]
304-311 i Slice Delta QP Min[2]
312-319 i Slice Delta QP Min[3]
320-333 u Frame Bitrate Min
334 u Frame Bitrate Min Unit Mode
 0=Compatibility mode; 1=New mode
335 u Frame Bitrate Min Unit
336-349 u Frame Bitrate Max
350 u Frame Bitrate Max Unit Mode
 0=Compatibility mode; 1=New mode
351 u Frame Bitrate Max Unit
352-366 u Frame Bitrate Min Delta
368-382 u Frame Bitrate Max Delta
383 b Slice Stats Stream-Out Enable
416-423 i Initial QP Value
424-429 u Number of Active Reference Pictures from L0
432-437 u Number of Active Reference Pictures from L1
440-444 u Number of Reference Frames
445 b Current Picture Has Performed MMCO5
448 b Pic Order Present
449 b Delta Pic Order Always Zero
450-451 u Pic Order Count Type
456-458 u Slice Group Map Type
459 b Redundant Pic Count Present
460-462 u Number of Slice Groups
463 b Deblocking Filter Control Present
464-471 u Log2 Max Frame Number
472-479 u Log2 Max Pic Order Count LSB
480-495 u Slice Group Change Rate
496-511 u Current Picture Frame Number
512-521 u Current Frame View ID
524-527 u Max View IDXL0
530-533 u Max View IDXL1
543 b Inter View Order Disable
560-565 u Rho Domain Average MB QP
608-639 u Threshold Size
640-671 u Target Slice Size
instruction 10 2 video MFX_AVC_REF_IDX_STATE
0-11 u DWord Length =8
16-20 u SubOpcode B =4
21-23 u SubOpcode A =0
24-26 u Media Command Opcode =1
27-28 u Pipeline =2
29-31 u Command Type =3
32 u Reference Picture List Select
*32 64 8
0-7 u Reference List Entry
.
instruction 10 2 video MFX_AVC_SLICE_STATE
0-11 u DWord Length =8
16-20 u SubOpcode B =3
21-23 u SubOpcode A =0
24-26 u Media Command Opcode =1
27-28 u Pipeline =2
29-31 u Command Type =3
32-35 u Slice Type ^AVC_ST
 0=P Slice; 1=B Slice; 2=I Slice
64-66 u Log2 Weight Denominator Luma
72-74 u Log2 Weight Denominator Chroma
80-85 u Number of Reference Pictures in Inter-prediction List 0
88-93 u Number of Reference Pictures in Inter-prediction List 1
96-99 i Slice Alpha C0 Offset Div2
104-107 i Slice Beta Offset Div2
112-117 u Slice Quantization Parameter
120-121 u CABAC Init IDC
123-124 u Disable Deblocking Filter Indicator
125 u Direct Prediction Type
 0=Temporal; 1=Spatial
126-127 u Weighted Prediction Indicator
128-142 u Slice Start MB Number
144-151 u Slice Horizontal Position
152-159 u Slice Vertical Position
160-167 u Next Slice Horizontal Position
176-183 u Next Slice Vertical Position
192-193 u Stream ID
196-199 u Slice ID
204 b CABAC Zero Word Insertion Enable
205 b Emulation Byte Slice Insert Enable
207 b Tail Insertion Present
208 b Slice Data Insertion Present
209 b Header Insertion Present
211 b Last Slice Group
212 b MB Type Skip Conversion Disable
213 b MB Type Direct Conversion Disable
214 u Rate Control Panic Type
 0=QP Panic; 1=CBP Panic
215 b Rate Control Panic Enable
216-219 u Rate Control Stable Tolerance
220-221 u Rate Control Triggle Mode
 0=Always Rate Control; 1=Gentle Rate Control; 2=Loose Rate Control
222 b Reset Rate Control Counter
223 u Rate Control Counter Enable
224-252 o Indirect PAK-BSE Data Start Address
256-259 u Grow Init
260-263 u Grow Resistance
264-267 u Shrink Init
268-271 u Shrink Resistance
272-279 u QP Max Positive Modifier Magnitude
280-287 u QP Max Negative Modifier Magnitude
288-291 u Correct 1
292-295 u Correct 2
296-299 u Correct 3
300-303 u Correct 4
304-307 u Correct 5
308-311 u Correct 6
312-314 u Round Intra
 0=+1/16; 1=+2/16; 2=+3/16; 3=+4/16; 4=+5/16; 5=+6/16; 6=+7/16; 7=+8/16
315 b Round Intra Enable
316-318 u Round Inter
 0=+1/16; 1=+2/16; 2=+3/16; 3=+4/16; 4=+5/16; 5=+6/16; 6=+7/16; 7=+8/16
319 b Round Inter Enable
320-323 u CV0
324-327 u CV1
328-331 u CV2
332-335 u CV3
336-339 u CV4
340-343 u CV5
344-347 u CV6
348-351 u CV7
instruction 98 2 video MFX_AVC_WEIGHTOFFSET_STATE
0-11 u DWord Length =96
16-20 u SubOpcode B =5
21-23 u SubOpcode A =0
24-26 u Media Command Opcode =1
27-28 u Pipeline =2
29-31 u Command Type =3
32 u Weight and Offset Select
 0=L0 table; 1=L1 table
*96 64 32
0-31 u Weight Offset
.
instruction 10 2 video MFX_BSP_BUF_BASE_ADDR_STATE
0-11 u DWord Length =8
16-20 u SubOpcode B =4
21-23 u SubOpcode A =0
24-26 u Media Command Opcode =0
27-28 u Pipeline =2
29-31 u Command Type =3
38-79 a BSD/MPC Row Store Scratch Buffer - Address
96-127 <MEMORYADDRESSATTRIBUTES> BSD/MPC Row Store Scratch Buffer - Attributes
134-175 a MPR Row Store Scratch Buffer - Address
192-223 <MEMORYADDRESSATTRIBUTES> MPR Row Store Scratch Buffer - Attributes
230-271 a Bitplane Read Buffer - Address
288-319 <MEMORYADDRESSATTRIBUTES> Bitplane Read Buffer - Attributes
instruction 13 2 video MFX_DBK_OBJECT
0-11 u DWord Length =11
16-20 u SubOpcode B =9
21-23 u SubOpcode A =0
24-26 u Media Command Opcode =0
27-28 u Pipeline =2
29-31 u Command Type =3
38-79 a Pre Deblocking Source - Address
97-102 u Pre Deblocking Source - MOCS !
103-104 u Pre Deblocking Source - Arbitration Priority Control
 0=Highest priority; 1=Second highest priority; 2=Third highest priority; 3=Lowest priority
105 b Pre Deblocking Source - Memory Compression Enable
106 u Pre Deblocking Source - Memory Compression Mode
109-110 u Pre Deblocking Source - Tiled Resource Mode
 0=TRMODE_NONE; 1=TRMODE_TILEYF; 2=TRMODE_TILEYS
134-175 a Deblocking Control - Address
193-198 u Deblocking Control - MOCS !
199-200 u Deblocking Control - Arbitration Priority Control
 0=Highest priority; 1=Second highest priority; 2=Third highest priority; 3=Lowest priority
201 b Deblocking Control - Memory Compression Enable
202 u Deblocking Control - Memory Compression Mode
205-206 u Deblocking Control - Tiled Resource Mode
 0=TRMODE_NONE; 1=TRMODE_TILEYF; 2=TRMODE_TILEYS
230-271 a Deblocking Destination - Address High
289-294 u Deblocking Destination - MOCS !
295-296 u Deblocking Destination - Arbitration Priority Control
 0=Highest priority; 1=Second highest priority; 2=Third highest priority; 3=Lowest priority
297 b Deblocking Destination - Memory Compression Enable
298 u Deblocking Destination - Memory Compression Mode
301-302 u Deblocking Destination - Tiled Resource Mode
 0=TRMODE_NONE; 1=TRMODE_TILEYF; 2=TRMODE_TILEYS
326-367 a Deblock Row Store - Address
385-390 u CoeffProbability Stream-In - MOCS !
391-392 u Deblock Row Store - Arbitration Priority Control
 0=Highest priority; 1=Second highest priority; 2=Third highest priority; 3=Lowest priority
393 b Deblock Row Store - Memory Compression Enable
394 u Deblock Row Store - Memory Compression Mode
397-398 u Deblock Row Store - Tiled Resource Mode
 0=TRMODE_NONE; 1=TRMODE_TILEYF; 2=TRMODE_TILEYS
instruction 34 2 video MFX_FQM_STATE
0-11 u DWord Length =32
16-20 u SubOpcode B =8
21-23 u SubOpcode A =0
24-26 u Media Command Opcode =0
27-28 u Pipeline =2
29-31 u Command Type =3
32-33 u AVC
 0=AVC_4x4_Intra_MATRIX; 1=AVC_4x4_Inter_MATRIX; 2=AVC_8x8_Intra_MATRIX; 3=AVC_8x8_Inter_MATRIX
32-33 u MPEG2
 0=MPEG_INTRA_QUANTIZER_MATRIX; 1=MPEG_NON_INTRA_QUANTIZER_MATRIX
32-33 u JPEG
 0=JPEG_Luma_Y_QUANTIZER_MATRIX (or R); 1=JPEG_Chroma_Cb_QUANTIZER_MATRIX (or G)
 2=JPEG_Chroma_Cr_QUANTIZER_MATRIX (or B)
*64 64 8
0-7 u Quantizer Matrix 8x8
.
instruction 26 2 video MFX_IND_OBJ_BASE_ADDR_STATE
0-11 u DWord Length =24
16-20 u SubOpcode B =3
21-23 u SubOpcode A =0
24-26 u Media Command Opcode =0
27-28 u Pipeline =2
29-31 u Command Type =3
32-95 a MFX Indirect Bitstream Object - Address
96-127 <MEMORYADDRESSATTRIBUTES> MFX Indirect Bitstream Object - Attributes
128-191 a MFX Indirect Bitstream Object - Upper Bound
192-255 a MFX Indirect MV Object - Address
256-287 <MEMORYADDRESSATTRIBUTES> MFX Indirect MV Object - Attributes
288-351 a MFX Indirect MV Object - Upper Bound
352-415 a MFD Indirect IT-COEFF Object - Address
416-447 <MEMORYADDRESSATTRIBUTES> MFD Indirect IT-COEFF Object - Attributes
448-511 a MFD Indirect IT-COEFF Object - Upper Bound
512-575 a MFD Indirect IT-DBLK Object - Address
576-607 <MEMORYADDRESSATTRIBUTES> MFD Indirect IT-DBLK Object - Attributes
608-671 a MFD Indirect IT-DBLK Object - Upper Bound
672-735 a MFC Indirect PAK-BSE Object - Address
736-767 <MEMORYADDRESSATTRIBUTES> MFC Indirect PAK-BSE Object - Attributes
768-831 a MFC Indirect PAK-BSE Object - Upper Bound
instruction 831 2 video MFX_JPEG_HUFF_TABLE_STATE
0-11 u DWord Length =829
16-20 u SubOpcode B =2
21-23 u SubOpcode A =0
24-26 u Media Command Opcode =7
27-28 u Pipeline =2
29-31 u Command Type =3
32 u Huffman Table ID
*12 64 8
0-7 u DC_BITS
.
*12 160 8
0-7 u DC_HUFFVAL
.
*16 256 8
0-15 u AC_BITS
.
*160 384 8
0-7 u AC_HUFFVAL
.
*2 1664 8
0-7 u AC_HUFFVAL2
.
instruction 3 2 video MFX_JPEG_PIC_STATE
0-11 u DWord Length =1
16-20 u SubOpcode B =0
21-23 u SubOpcode A =0
24-26 u Media Command Opcode =7
27-28 u Pipeline =2
29-31 u Command Type =3
32-34 u Input Format YUV
32-34 u Output MCU Structure ^MCU
 0=YUV400; 1=YUV420; 2=YUV422H_2Y; 3=RGB
36-37 u Rotation
40-43 u Output Format YUV
40-43 u Input Surface Format YUV ^IS
 1=NV12; 2=UYVY; 3=YUY2; 4=Y8; 5=RGB
48 u Average Down Sampling
49 b Vertical Down-Sampling Enable
50 b Horizontal Down-Sampling Enable
52 b Vertical Up-Sampling Enable
53-57 u Pixels In Vertical Last MCU
58-62 u Pixels In Horizontal Last MCU
64-76 u Frame Width In Blocks
77-79 u Rounding Quant
80-92 u Frame Height In Blocks
93 u Output Pixel Normalize
instruction 2 2 video MFX_MPEG2_PIC_STATE
0-11 u DWord Length =0
16-20 u SubOpcode B =0
21-23 u SubOpcode A =0
24-26 u Media Command Opcode =3
27-28 u Pipeline =2
29-31 u Command Type =3
38 u Scan Order
 0=MPEG_ZIGZAG_SCAN; 1=MPEG_ALTERNATE_VERTICAL_SCAN
39 u Intra VLC Format
40 u Quantizer Scale Type
 0=MPEG_QSCALE_LINEAR; 1=MPEG_QSCALE_NONLINEAR
41 b Concealment MV
42 u Frame Prediction Frame DCT
43 b Top Field First
44-45 u Picture Structure
 1=MPEG_TOP_FIELD; 2=MPEG_BOTTOM_FIELD; 3=MPEG_FRAME
46-47 u Intra DC Precision
48-51 u F_code[0][0]
52-55 u F_code[0][1]
56-59 u F_code[1][0]
60-63 u F_code[1][1]
64 b Disable Mismatch
65 b Mismatch Control Disable
73-74 u Picture Coding Type
 1=MPEG_I_PICTURE; 2=MPEG_P_PICTURE; 3=MPEG_B_PICTURE
78 b Load Bitstream Pointer Per Slice
88 u P/B Slice Predicted MV Override
 0=Predicted; 1=ZERO
89-90 u P/B Slice Predicted Bi-direction MV Type Override ^MPEG2_MVTO
 0=BID; 1=RESERVED; 2=FWD; 3=BWD
92-93 u P/B Slice Concealment Mode ^MPEG2_CM
 0=INTER; 1=LEFT; 2=ZERO; 3=INTRA
95 u I Slice Concealment Mode ^MPEG2_CM
 0=Intra Concealment; 1=Inter Concealment
96-103 u Frame Width In MBs
112-119 u Frame Height In MBs
127 b Slice Concealment Disable
129-130 u Round Intra DC
132-134 u Round Inter DC
136-138 u Round Intra AC
140-142 u Round Inter AC,
144-159 u Minimum Frame Size
160 u Intra MB Max Bit Control
161 u Inter MB Max Bit Control
162 u Frame Bitrate Max Report
163 u Frame Bitrate Min Report
169 u MBRateControlMask
170-171 u Minimum Frame Size Units ^MPEG2_MFSU
 0=Compatibility mode; 1=16 bytes; 2=4Kb; 3=16Kb
172 u Inter MB Force CBP to Zero Control
176 u Frame Size Control
192-203 u Intra MB Conformance Max Size
208-219 u Inter MB Conformance Max Size
256-263 i Slice Delta QP Max[0]
264-271 i Slice Delta QP Max[1]
272-279 i Slice Delta QP Max[2]
280-287 i Slice Delta QP Max[3]
288-295 i Slice Delta QP Min[0]
296-303 i Slice Delta QP Min[1]
304-311 i Slice Delta QP Min[2]
312-319 i Slice Delta QP Min[3]
320-333 u Frame Bitrate Min
334 u Frame Bitrate Min Unit Mode
 0=Compatibility mode; 1=New Mode
335 u Frame Bitrate Min Unit
336-349 u Frame Bitrate Max
350 u Frame Bitrate Max Unit Mode
 0=Compatibility mode; 1=New mode
351 u Frame Bitrate Max Unit
352-366 u Frame Bitrate Min Delta
368-382 u Frame Bitrate Max Delta
instruction 5 2 video MFX_MPEG_TS_CONTROL command
0-11 u DWord Length =3
16-20 u SubOpcode B =11
21-23 u SubOpcode A =2
24-26 u Media Command Opcode =0
27-28 u Pipeline =2
29-31 u Command Type =3
32-44 u Video PacketID Header Parameter
52-55 u StreamID Lower Nibble
56 u Output TS Packet Grouping Select
57 u Copy Right Flag In PES Header
58 u Original Or Flag In PES Header
59 u DSM Trick Mode Flag In PES Header
60 b Additional Copy Info Flag In PES Header
61 u Payload Unit Start Indicator Control
64-95 u PCR 90 KHz Component Least Significant Bits
96 u 90KHz counter MSB
119-127 u 27MHz Counter
128-159 u PTS Delta
160-175 u MPEGTS Packet Count
188-191 u Continuity Counter
instruction - 2 video MFX_PAK_INSERT_OBJECT
0-11 u DWord Length =0
16-20 u SubOpcode B =8
21-23 u SubOpcode A =2
24-26 u Media Command Opcode =0
27-28 u Pipeline =2
29-31 u Command Type =3
32 b Bitstream Start Reset
33 b End of Slice
34 b Last Header
35 b Emulation Byte Bits Insert Enable
36-39 u Skip Emulation Byte Count
40-45 u Data Bits In Last DW
46 u Slice Header Indicator
 1=SLICE_HEADER; 0=LEGACY
47 u Header Length Excluded From Size
 1=NO_ACCUMULATION; 0=ACCUMULATE
48-49 u Data Byte Offset
*0 64 32
0-31 u Insert Data PayLoad
.
instruction 65 2 video MFX_PIPE_BUF_ADDR_STATE
0-11 u DWord Length =63
16-20 u SubOpcode B =2
21-23 u SubOpcode A =0
24-26 u Media Command Opcode =0
27-28 u Pipeline =2
29-31 u Command Type =3
38-79 a Pre Deblocking Destination - Address
96-127 <MEMORYADDRESSATTRIBUTES> Pre Deblocking Destination - Attributes
134-175 a Post Deblocking Destination - Address
192-223 <MEMORYADDRESSATTRIBUTES> Post Deblocking Destination - Attributes
230-271 a Original Uncompressed Picture Source - Address
288-319 <MEMORYADDRESSATTRIBUTES> Original Uncompressed Picture Source - Attributes
326-367 a Stream-Out Data Destination - Address
384-415 <MEMORYADDRESSATTRIBUTES> Stream-Out Data Destination - Attributes
422-463 a Intra Row Store Scratch Buffer - Address
480-511 <MEMORYADDRESSATTRIBUTES> Intra Row Store Scratch Buffer - Attributes
518-559 a Deblocking Filter Row Store Scratch - Address
576-607 <MEMORYADDRESSATTRIBUTES> Deblocking Filter Row Store Scratch - Attributes
*16 608 64
0-63 a Reference Picture - Address
.
1632-1663 <MEMORYADDRESSATTRIBUTES> Reference Picture - Attributes
1670-1711 a MB Status Buffer - Address
1728-1759 <MEMORYADDRESSATTRIBUTES> MB Status Buffer - Attributes
1766-1807 a MB ILDB Stream-Out Buffer - Address
1824-1855 <MEMORYADDRESSATTRIBUTES> MB ILDB Stream-Out Buffer - Attributes
1862-1903 a Second MB ILDB Stream-Out Buffer - Address
1920-1951 <MEMORYADDRESSATTRIBUTES> Second MB ILDB Stream-Out Buffer - Attributes
*16 1952 2
1 u Reference Picture - Memory Compression Mode
0 b Reference Picture - Memory Compression Enable
.
1990-2031 a Scaled Reference Surface - Address
2048-2079 <MEMORYADDRESSATTRIBUTES> Scaled Reference Surface - Attributes
2086-2127 a SliceSize Stream-Out Data Destination - Address
2144-2175 <MEMORYADDRESSATTRIBUTES> SliceSize Stream-Out Data Destination - Attributes
instruction 5 2 video MFX_PIPE_MODE_SELECT
0-11 u DWord Length =3
16-20 u SubOpcode B =0
21-23 u SubOpcode A =0
24-26 u Media Command Opcode =0
27-28 u Pipeline =2
29-31 u Command Type =3
32-35 u Standard Select ^SS
 0=MPEG2; 1=VC1; 2=AVC; 3=JPEG; 5=VP8; 15=UVLD
36 u Codec Select
 0=Decode; 1=Encode
37 b Stitch Mode
38 b Frame Statistics Stream-Out Enable
39 b Scaled Surface Enable
40 b Pre Deblocking Output Enable
41 b Post Deblocking Output Enable
42 b Stream-Out Enable
43 b Pic Error/Status Report Enable
44 b Deblocker Stream-Out Enable
45 u VDEnc Mode ^VM
 0=MBEnc Mode; 1=VDEnc Mode
46 b Standalone VDEnc Mode Enable
47-48 u Decoder Mode Select
 0=VLD Mode; 1=IT Mode; 2=Deblocker Mode; 3=Interlayer Mode
49 u Decoder Short Format Mode
 0=Short Format Driver Interface; 1=Long Format Driver Interface
50 b Extended Stream-Out Enable
96-127 u Pic Status/Error Report ID
instruction 34 2 video MFX_QM_STATE
0-11 u DWord Length =32
16-20 u SubOpcode B =7
21-23 u SubOpcode A =0
24-26 u Media Command Opcode =0
27-28 u Pipeline =2
29-31 u Command Type =3
32-33 u AVC
 0=AVC_4x4_Intra_MATRIX; 1=AVC_4x4_Inter_MATRIX; 2=AVC_8x8_Intra_MATRIX; 3=AVC_8x8_Inter_MATRIX
32-33 u MPEG2
 0=MPEG_INTRA_QUANTIZER_MATRIX; 1=MPEG_NON_INTRA_QUANTIZER_MATRIX
32-33 u JPEG
 0=JPEG_Luma_Y_QUANTIZER_MATRIX (or R); 1=JPEG_Chroma_Cb_QUANTIZER_MATRIX (or G)
 2=JPEG_Chroma_Cr_QUANTIZER_MATRIX (or B)
*64 64 8
0-7 u Forward Quantizer Matrix
.
instruction 2 2 video MFX_STATE_POINTER
0-11 u DWord Length =0
16-20 u SubOpcode B =6
21-23 u SubOpcode A =0
24-26 u Media Command Opcode =0
27-28 u Pipeline =2
29-31 u Command Type =3
32-33 u State Pointer Index
37-63 u State Pointer
instruction - 2 video MFX_STITCH_OBJECT
0-11 u DWord Length =0
16-20 u SubOpcode B =10
21-23 u SubOpcode A =2
24-26 u Media Command Opcode =0
27-28 u Pipeline =2
29-31 u Command Type =3
33 b End of Slice
34 b Last Header
40-45 u Source Data Ending Bit Inclusion
48-49 u Source Data Starting Byte Offset
64-82 u Indirect Data Length
96-127 o Indirect Data Start Address
*0 128 32
0-31 u Insert Data PayLoad
.
instruction 6 2 video MFX_SURFACE_STATE
0-11 u DWord Length =4
16-20 u SubOpcode B =1
21-23 u SubOpcode A =0
24-26 u Media Command Opcode =0
27-28 u Pipeline =2
29-31 u Command Type =3
32-35 u Surface ID ^MFX
 4=Source Input Picture; 5=Reconstructed Scaled Reference Picture
64-65 u0.2 Cr(V)/Cb(U) Pixel Offset V Direction
68-81 u Width
82-95 u Height
96 u Tile Walk ^TW
 0=XMAJOR; 1=YMAJOR
97 b Tiled Surface
98 b Half Pitch for Chroma
99-115 u Surface Pitch
123 b Interleave Chroma
124-127 u Surface Format ^MFX
 0=YCRCB_NORMAL; 1=YCRCB_SWAPUVY; 2=YCRCB_SWAPUV; 3=YCRCB_SWAPY; 4=PLANAR_420_8; 5=PLANAR_411_8
 6=PLANAR_422_8; 7=STMM_DN_STATISTICS; 8=R10G10B10A2_UNORM; 9=R8G8B8A8_UNORM; 10=R8B8_UNORM (CrCb)
 11=R8_UNORM (Cr/Cb); 12=Y8_UNORM
128-142 u Y Offset for U(Cb)
144-158 u X Offset for U(Cb)
160-175 u Y Offset for V(Cr)
176-188 u X Offset for V(Cr)
instruction 7 2 video MFX_VC1_DIRECTMODE_STATE
0-11 u DWord Length =5
16-20 u SubOpcode B =2
21-23 u SubOpcode A =0
24-26 u Media Command Opcode =2
27-28 u Pipeline =2
29-31 u Command Type =3
32-95 a Direct MV Write Buffer - Address
96-127 <MEMORYADDRESSATTRIBUTES> Direct MV Write Buffer - Attributes
128-191 a Direct MV Read Buffer - Address
192-223 <MEMORYADDRESSATTRIBUTES> Direct MV Read Buffer - Attributes
instruction 6 2 video MFX_VC1_PRED_PIPE_STATE
0-11 u DWord Length =4
16-20 u SubOpcode B =1
21-23 u SubOpcode A =0
24-26 u Media Command Opcode =2
27-28 u Pipeline =2
29-31 u Command Type =3
36-39 u Reference Frame Boundary Replication Mode
40-41 u Vin_intensitycomp_Single_BWDen
42-43 u Vin_intensitycomp_Single_FWDen
44-45 u Vin_intensitycomp_Double_BWDen
46-47 u Vin_intensitycomp_Double_FWDen
64-69 u LumScale1 - single - FWD
72-77 u LumScale2 - single - FWD
80-85 u LumShift1 - single - FWD
88-93 u LumShift2 - single - FWD
96-101 u LumScale1 - double - FWD
104-109 u LumScale2 - double - FWD
112-117 u LumShift1 - double - FWD
120-125 u LumShift2 - double - FWD
128-133 u LumScale1 - single - BWD
136-141 u LumScale2 - single - BWD
144-149 u LumShift1 - single - BWD
152-157 u LumShift2 - single - BWD
160-165 u LumScale1 - double - BWD
168-173 u LumScale2 - double - BWD
176-181 u LumShift1 - double - BWD
184-189 u LumShift2 - double - BWD
instruction 2 2 video MFX_VP8_BSP_BUF_BASE_ADDR_STATE
0-11 u DWord Length =0
16-20 u SubOpcode B =3
21-23 u SubOpcode A =2
24-26 u Media Command Opcode =4
27-28 u Pipeline =2
29-31 u Command Type =3
32-95 a Frame Header - Address
96-127 <MEMORYADDRESSATTRIBUTES> Frame Header - Attributes
128-191 a Intermediate Buffer - Address
192-223 <MEMORYADDRESSATTRIBUTES> Intermediate Buffer - Attributes
224-479 u Intermediate Buffer Partition Offset
480-511 u Intermediate Buffer Max Size
512-575 a Final Frame - Address
576-607 <MEMORYADDRESSATTRIBUTES> Final Frame - Attributes
608-613 u Final Frame Byte Offset
640-703 a Stream-Out - Address
704-735 <MEMORYADDRESSATTRIBUTES> Stream-Out - Attributes
736-799 a Coeff Probs Stream-In Surface - Address
800-831 <MEMORYADDRESSATTRIBUTES> Coeff Probs Stream-In Surface - Attributes
832-895 a Token Statistics Surface - Address
896-927 <MEMORYADDRESSATTRIBUTES> Token Statistics Surface - Attributes
928-991 a MPC Row Store Surface - Address
992-1023 <MEMORYADDRESSATTRIBUTES> MPC Row Store Surface - Attributes
instruction 2 2 video MFX_VP8_ENCODER_CFG
0-11 u DWord Length =0
16-20 u SubOpcode B =1
21-23 u SubOpcode A =2
24-26 u Media Command Opcode =4
27-28 u Pipeline =2
29-31 u Command Type =3
32 b Performance Counter Enable
33 b Final Bitstream Output Disable
34 b Token Statistics Output Enable
35 b Bitstream Statistics Output Enable
36 b Update Segment Feature Data Flag
37 b Skip Final Bitstream when Over/Underflow
38 b Rate Control Initial Pass
39 b Per Segment Delta Qindex / LoopFilter Disable
40 b Finer BRC Enable
41 b Compressed Bitstream Output Disable
42 b VBSP Unit Power Clock Gating Disable
64 b Max Frame Bit count Rate Control Enable
65 b Min Frame Bit Count Rate Control Enable
66 b Max Inter MB Bit Count Check Enable
67 b Max Intra MB Bit Count Check Enable
68 b Intermediate Bit Buffer Overrun Enable
69 b Final Bitstream Buffer Overrun Enable
70 b QIndex Clamp High for Underflow
71 b QIndex Clamp High for Overflow
96-107 u Max Inter MB Bit Count
112-123 u Max Intra MB Bit Count Limit
128-141 u Frame Bitrate Max
142 u Frame Bitrate Max Unit
143 u Frame Bitrate Max Unit Mode
 0=Compatibility Mode; 1=New Mode
144-157 u Frame Bitrate Min
158 u Frame Bitrate Min Unit
159 u Frame Bitrate Min Unit Mode
 0=Compatibility Mode; 1=New Mode
160-167 u Frame Delta QIndex Max[0]
168-175 u Frame Delta QIndex Max[1]
176-183 u Frame Delta QIndex Max[2]
184-191 u Frame Delta QIndex Max[3]
192-199 u Frame Delta QIndex Min[0]
200-207 u Frame Delta QIndex Min[1]
208-215 u Frame Delta QIndex Min[2]
216-223 u Frame Delta QIndex Min[3]
224-255 u Per Segment Frame Delta QIndex Max[1]
256-287 u Per Segment Frame Delta QIndex Min[1]
288-319 u Per Segment Frame Delta QIndex Max[2]
320-351 u Per Segment Frame Delta QIndex Min[2]
352-383 u Per Segment Frame Delta QIndex Max[3]
384-415 u Per Segment Frame Delta QIndex Min[3]
416-423 u Frame Delta Loop Filter Max[0]
424-431 u Frame Delta Loop Filter Max[1]
432-439 u Frame Delta Loop Filter Max[2]
440-447 u Frame Delta Loop Filter Max[3]
448-455 u Frame Delta Loop Filter Min[0]
456-463 u Frame Delta Loop Filter Min[1]
464-471 u Frame Delta Loop Filter Min[2]
472-479 u Frame Delta Loop Filter Min[3]
480-511 u Per Segment Frame Delta Loop Filter Max[1]
512-543 u Per Segment Frame Delta Loop Filter Min[1]
544-575 u Per Segment Frame Delta Loop Filter Max[2]
576-607 u Per Segment Frame Delta Loop Filter Min[2]
608-639 u Per Segment Frame Delta Loop Filter Max[3]
640-671 u Per Segment Frame Delta Loop Filter Min[3]
672-686 u Frame Bitrate Max Delta
688-702 u Frame Bitrate Min Delta
704-719 u Minimum Frame Size
720-721 u Minimum Frame Size Unit
 0=Compatibility Mode; 1=New Mode
724-726 u Bitstream Format Version
727 u Show Frame
736-751 u Horizontal_Size_Code
752-767 u Vertical_Size_Code
768-799 u Frame Header Bit Count
800-831 u Frame Header Bin Buffer QIndex Update Pointer
832-863 u Frame Header Bin Buffer Loop Filter Update Pointer
864-895 u Frame Header Bin Buffer Token Update Pointer
896-927 u Frame Header Bin Buffer MV Update Pointer
928-931 u CV0
932-935 u CV1
936-939 u CV2
940-943 u CV3
944-947 u CV4
948-951 u CV5
952-955 u CV6
956-959 u CV7
instruction 7 2 video MFX_VP8_PAK_OBJECT
0-11 u DWord Length =5
16-20 u SubOpcode B =9
21-23 u SubOpcode A =2
24-26 u Media Command Opcode =4
27-28 u Pipeline =2
29-31 u Command Type =3
32-41 u Indirect PAK-MV Data Length
61 b Enable Inline MV data
64-92 o Indirect PAK-MV Data Start Address Offset
96-223 u Inline Data
instruction 2 2 video MFX_VP8_PIC_STATE
0-11 u DWord Length =0
16-20 u SubOpcode B =0
21-23 u SubOpcode A =0
24-26 u Media Command OpCode =4
27-28 u Pipeline =2
29-31 u Command Type =3
32-39 u Frame Width
48-55 u Frame Height
64 u MC Filter Select
65 u Chroma Full Pixel MC Filter Mode
68 u DBLK Filter Type
69 b Key Frame
70 b Segmentation ID Stream-Out Enable
71 b Segmentation ID Stream-In Enable
72 b Segment Enable
73 b Update MB Segment Map
74 b MB NoCoeff Skip
75 b Mode Reference Loop Filter Delta Enable
76 b Golden Ref Picture MV Sign Bias
77 b Alternate Ref Pic MV Sign Bias
80-82 u Deblock Sharpness Level
88-89 u Log2 Num of Partition
 0=1 Token partition; 1=2 Token partition; 2=4 Token partition; 3=8 Token partition
96-101 u DBLK Filter Level for Segment0
104-109 u DBLK Filter Level for Segment1
112-117 u DBLK Filter Level for Segment2
120-125 u DBLK Filter Level for Segment3
128-134 u Segment0 QIndex
136-142 u Segment1 QIndex
144-150 u Segment2 QIndex
152-158 u Segment3 QIndex
160-163 u Y2DC QIndex Delta
164 u Y2AC QIndex Delta Sign
168-171 u Y2AC QIndex Delta
172 u Y2AC QIndex Sign
176-179 u UVDC QIndex Delta
180 u UVDC QIndex Delta Sign
184-187 u UVAC QIndex Delta
188 u UVAC QIndex Delta Sign
192-195 u Y1DC QIndex Delta
196 u Y1DC QIndex Delta Sign
224-230 u Clamp QIndex Low
232-238 u Clamp QIndex High
256-264 u Quantizer Value [1][UVDC]
272-280 u Quantizer Value [1][UVAC]
288-296 u Quantizer Value [1][Y2DC]
304-312 u Quantizer Value [1][Y2AC]
320-328 u Quantizer Value [2][Y1DC]
336-344 u Quantizer Value [2][Y1AC]
352-360 u Quantizer Value [2][UVDC]
368-376 u Quantizer Value [2][UVAC]
384-392 u Quantizer Value [2][Y2DC]
400-408 u Quantizer Value [2][Y2AC]
416-424 u Quantizer Value [3][Y1DC]
432-440 u Quantizer Value [3][Y1AC]
448-456 u Quantizer Value [3][UVDC]
464-472 u Quantizer Value [3][UVAC]
480-488 u Quantizer Value [3][Y2DC]
496-504 u Quantizer Value [3][Y2AC]
518-559 u CoeffProbability Stream-In - Address
577-582 u CoeffProbability Stream-In - MOCS (Encoder only) !
583-584 u CoeffProbability Stream-In - Arbitration Priority Control
 0=Highest priority; 1=Second highest priority; 2=Third highest priority; 3=Lowest priority
585 b CoeffProbability Stream-In - Memory Compression Enable
586 u CoeffProbability Stream-In - Memory Compression Mode
589-590 u CoeffProbability Stream-In - Tiled Resource Mode
 0=TRMODE_NONE; 1=TRMODE_TILEYF; 2=TRMODE_TILEYS
608-615 u MBSegmentIDTreeProbs[0]
616-623 u MBSegmentIDTreeProbs[1]
624-631 u MBSegmentIDTreeProbs[2]
640-647 u InterPredFromGRefRefProb
648-655 u InterPredFromLastRefProb
656-663 u IntraMBProb
664-671 u MBNoCoeffSkipFalseProb
672-679 u YModeProb[0]
680-687 u YModeProb[1]
688-695 u YModeProb[2]
696-703 u YModeProb[3]
704-711 u UVModeProb[0]
712-719 u UVModeProb[1]
720-727 u UVModeProb[2]
736-743 u MVUpdateProbs[0][0]
744-751 u MVUpdateProbs[0][1]
752-759 u MVUpdateProbs[0][2]
760-767 u MVUpdateProbs[0][3]
768-775 u MVUpdateProbs[0][4]
776-783 u MVUpdateProbs[0][5]
784-791 u MVUpdateProbs[0][6]
792-799 u MVUpdateProbs[0][7]
800-807 u MVUpdateProbs[0][8]
808-815 u MVUpdateProbs[0][9]
816-823 u MVUpdateProbs[0][10]
824-831 u MVUpdateProbs[0][11]
832-839 u MVUpdateProbs[0][12]
840-847 u MVUpdateProbs[0][13]
848-855 u MVUpdateProbs[0][14]
856-863 u MVUpdateProbs[0][15]
864-871 u MVUpdateProbs[0][16]
872-879 u MVUpdateProbs[0][17]
880-887 u MVUpdateProbs[0][18]
896-903 u MVUpdateProbs[1][0]
904-911 u MVUpdateProbs[1][1]
912-919 u MVUpdateProbs[1][2]
920-927 u MVUpdateProbs[1][3]
928-935 u MVUpdateProbs[1][4]
936-943 u MVUpdateProbs[1][5]
944-951 u MVUpdateProbs[1][6]
952-959 u MVUpdateProbs[1][7]
960-967 u MVUpdateProbs[1][8]
968-975 u MVUpdateProbs[1][9]
976-983 u MVUpdateProbs[1][10]
984-991 u MVUpdateProbs[1][11]
992-999 u MVUpdateProbs[1][12]
1000-1007 u MVUpdateProbs[1][13]
1008-1015 u MVUpdateProbs[1][14]
1016-1023 u MVUpdateProbs[1][15]
1024-1031 u MVUpdateProbs[1][16]
1032-1039 u MVUpdateProbs[1][17]
1040-1047 u MVUpdateProbs[1][18]
1056-1062 i RefLFDelta0
1064-1070 i RefLFDelta1
1072-1078 i RefLFDelta2
1080-1086 i RefLFDelta3
1088-1094 i ModeLFDelta0
1096-1102 i ModeLFDelta1
1104-1110 i ModeLFDelta2
1112-1118 i ModeLFDelta3
1120-1167 u Segmentation ID Stream - Address
1185-1190 u CoeffProbability Stream-In - MOCS !
1191-1192 u Segmentation ID Stream - Arbitration Priority Control
 0=Highest priority; 1=Second highest priority; 2=Third highest priority; 3=Lowest priority
1193 b Segmentation ID Stream - Memory Compression Enable
1194 u Segmentation ID Stream - Memory Compression Mode
1197-1198 u Segmentation ID Stream - Tiled Resource Mode
 0=TRMODE_NONE; 1=TRMODE_TILEYF; 2=TRMODE_TILEYS
instruction 1 1 video MFX_WAIT
0-5 u DWord Length =0
8 u MFX Sync Control Flag
16-26 u SubOpcode =0
27-28 u Command Subtype =1
29-31 u Command Type =3
instruction 1 1 - MI_ARB_CHECK
23-28 u MI Command Opcode =5
29-31 u Command Type =0
instruction 1 1 - MI_ARB_ON_OFF
0 b Arbitration Enable =1
23-28 u MI Command Opcode =8
29-31 u Command Type =0
instruction 3 2 - MI_ATOMIC
0-7 u DWord Length =1
8-15 <Atomic_OPCODE> ATOMIC OPCODE
16 b Return Data Control
17 b CS STALL
18 b Inline Data
19-20 u Data Size ^MI_ATOMIC
 0=DWORD; 1=QWORD; 2=OCTWORD; 3=RESERVED
21 b Post-Sync Operation
22 u Memory Type
 0=Per Process Graphics Address; 1=Global Graphics Address
23-28 u MI Command Opcode =47
29-31 u Command Type =0
34-79 a Memory Address
96-127 u Operand1 Data Dword 0
128-159 u Operand2 Data Dword 0
160-191 u Operand1 Data Dword 1
192-223 u Operand2 Data Dword 1
224-255 u Operand1 Data Dword 2
256-287 u Operand2 Data Dword 2
288-319 u Operand1 Data Dword 3
320-351 u Operand2 Data Dword 3
instruction 1 1 - MI_BATCH_BUFFER_END
23-28 u MI Command Opcode =10
29-31 u Command Type =0
instruction 3 2 - MI_BATCH_BUFFER_START
0-7 u DWord Length =1
8 u Address Space Indicator ^ASI
 0=GGTT; 1=PPGTT
10 b Resource Streamer Enable
15 b Predication Enable
16 b Add Offset Enable
22 u Second Level Batch Buffer
 0=First level batch; 1=Second level batch
23-28 u MI Command Opcode =49
29-31 u Command Type =0
34-95 a Batch Buffer Start Address
instruction - 2 render MI_CLFLUSH
0-9 u DWord Length =1
22 b Use Global GTT
23-28 u MI Command Opcode =39
29-31 u Command Type =0
38-43 u Starting Cacheline Offset
44-79 a Page Base Address
*0 96 32
0-31 u DW Representing a Half Cache Line
.
instruction 4 2 - MI_CONDITIONAL_BATCH_BUFFER_END
0-7 u DWord Length =2
19 u Compare Mask Mode
 0=Compare Mask Mode Disabled; 1=Compare Mask Mode Enabled
21 u Compare Semaphore =0
22 b Use Global GTT
23-28 u MI Command Opcode =54
29-31 u Command Type =0
32-63 u Compare Data Dword
67-127 a Compare Address
instruction 5 2 - MI_COPY_MEM_MEM
0-7 u DWord Length =3
21 b Use Global GTT Destination
22 b Use Global GTT Source
23-28 u MI Command Opcode =46
29-31 u Command Type =0
34-95 a Destination Memory Address
98-159 a Source Memory Address
instruction 3 2 render|blitter MI_DISPLAY_FLIP
0-7 u DWord Length =1
8-12 u Display Plane Select
 0=Display Plane 1; 1=Display Plane 2; 2=Display Plane 3; 4=Display Plane 4; 5=Display Plane 5
 6=Display Plane 6; 7=Display Plane 7; 8=Display Plane 8; 9=Display Plane 9; 10=Display Plane 10
 11=Display Plane 11; 12=Display Plane 12
22 b Async Flip Indicator
23-28 u MI Command Opcode =20
29-31 u Command Type =0
32-34 u Tile Parameter
38-47 u Display Buffer Pitch
63 b Stereoscopic 3D Mode
64-65 u Flip Type
 0=Sync Flip; 1=Async Flip; 2=Stereo 3D Flip
76-95 a Display Buffer Base Address
108-127 a Left Eye Display Buffer Base Address
instruction 5 2 video MI_FLUSH_DW
0-5 u DWord Length =3
7 b Video Pipeline Cache Invalidate
8 b Notify Enable
9 b Flush LLC
14-15 u Post-Sync Operation
18 b TLB Invalidate
21 u Store Data Index
23-28 u MI Command Opcode =38
29-31 u Command Type =0
34 u Destination Address Type ^DAT
 0=PPGTT; 1=GGTT
35-79 a Address
96-159 u Immediate Data
instruction 2 2 - MI_FORCE_WAKEUP
0-7 u DWord Length =0
23-28 u MI Command Opcode =29
29-31 u Command Type =0
32 u Force Media Awake
33 u Force Render Awake
48-63 u Mask Bits
instruction 3 2 - MI_LOAD_REGISTER_IMM
0-7 u DWord Length =1
8-11 u Byte Write Disables
23-28 u MI Command Opcode =34
29-31 u Command Type =0
34-54 o Register Offset
64-95 u Data DWord
*0 96 64
2-22 o Register Offset
32-63 u Data DWord
.
instruction 4 2 - MI_LOAD_REGISTER_MEM
0-7 u DWord Length =2
21 b Async Mode Enable
22 b Use Global GTT
23-28 u MI Command Opcode =41
29-31 u Command Type =0
34-54 o Register Address
66-127 a Memory Address
instruction 3 2 - MI_LOAD_REGISTER_REG
0-7 u DWord Length =1
23-28 u MI Command Opcode =42
29-31 u Command Type =0
34-54 o Source Register Address
66-86 o Destination Register Address
instruction 2 2 render MI_LOAD_SCAN_LINES_EXCL
0-5 u DWord Length =0
19-21 u Display (Plane) Select
 0=Display Plane A; 1=Display Plane B; 4=Display Plane C
23-28 u MI Command Opcode =19
29-31 u Command Type =0
32-44 u End Scan Line Number
48-60 u Start Scan Line Number
instruction 2 2 render MI_LOAD_SCAN_LINES_INCL
0-5 u DWord Length =0
17-18 u Scan Line Event Done Forward
19-21 u Display (Plane) Select
 0=Display Plane 1 A; 1=Display Plane 1 B; 4=Display Plane 1 C
23-28 u MI Command Opcode =18
29-31 u Command Type =0
32-44 u End Scan Line Number
48-60 u Start Scan Line Number
instruction 4 2 render MI_LOAD_URB_MEM
0-7 u DWord Length =2
23-28 u MI Command Opcode =44
29-31 u Command Type =0
34-46 u URB Address
70-127 a Memory Address
instruction - 2 - MI_MATH
0-7 u DWord Length =0
23-28 u MI Command Opcode =26
29-31 u Command Type =0
*0 32 32
0-31 <MI_MATH_ALU_INSTRUCTION> Instruction
.
instruction 1 1 - MI_NOOP
0-21 u Identification Number
22 b Identification Number Register Write Enable
23-28 u MI Command Opcode =0
29-31 u Command Type =0
instruction 1 1 - MI_PREDICATE
0-1 u Compare Operation ^COMPARE
 0=TRUE; 1=FALSE; 2=SRCS_EQUAL; 3=DELTAS_EQUAL
3-4 u Combine Operation ^COMBINE
 0=SET; 1=AND; 2=OR; 3=XOR
6-7 u Load Operation ^LOAD
 0=KEEP; 2=LOAD; 3=LOADINV
23-28 u MI Command Opcode =12
29-31 u Command Type =0
instruction 1 1 - MI_REPORT_HEAD
23-28 u MI Command Opcode =7
29-31 u Command Type =0
instruction 4 2 render MI_REPORT_PERF_COUNT
0-5 u DWord Length =2
23-28 u MI Command Opcode =40
29-31 u Command Type =0
32 b Use Global GTT
36 u Core Mode Enable
38-95 a Memory Address
96-127 u Report ID
instruction 1 1 render MI_RS_CONTEXT
0 u Resource Streamer Save ^RS
 0=Restore; 1=Save
23-28 u MI Command Opcode =15
29-31 u Command Type =0
instruction 1 1 render MI_RS_CONTROL
0 u Resource Streamer Control ^RS
 0=Stop; 1=Start
23-28 u MI Command Opcode =6
29-31 u Command Type =0
instruction 4 2 render MI_RS_STORE_DATA_IMM
0-7 u DWord Length =2
23-28 u MI Command Opcode =43
29-31 u Command Type =0
32 u Core Mode Enable
34-95 a Destination Address
96-127 u Data DWord 0
instruction 2 2 - MI_SEMAPHORE_SIGNAL
0-7 u DWord Length =0
15-17 u Target Engine Select
 0=RCS; 1=VCS0; 2=BCS; 3=VECS; 4=VCS1
21 b Post-Sync Operation
23-28 u MI Command Opcode =27
29-31 u Command Type =0
32-63 u Target Context ID
instruction 4 2 - MI_SEMAPHORE_WAIT
0-7 u DWord Length =2
12-14 u Compare Operation ^COMPARE
 0=SAD_GREATER_THAN_SDD; 1=SAD_GREATER_THAN_OR_EQUAL_SDD; 2=SAD_LESS_THAN_SDD; 3=SAD_LESS_THAN_OR_EQUAL_SDD
 4=SAD_EQUAL_SDD; 5=SAD_NOT_EQUAL_SDD
15 u Wait Mode
 1=Polling Mode; 0=Signal Mode
16 b Register Poll Mode
22 u Memory Type
 0=Per Process Graphics Address; 1=Global Graphics Address
23-28 u MI Command Opcode =28
29-31 u Command Type =0
32-63 u Semaphore Data Dword
66-127 a Semaphore Address
instruction 2 2 - MI_SET_CONTEXT
0-7 u DWord Length =0
23-28 u MI Command Opcode =24
29-31 u Command Type =0
32 u Restore Inhibit
33 u Force Restore
34 b Resource Streamer State Restore Enable
35 b Resource Streamer State Save Enable
36 b Core Mode Enable
40 u Reserved, Must be 1
44-63 a Logical Context Address
instruction 1 1 - MI_SET_PREDICATE
0-3 u PREDICATE ENABLE
 0=NOOP Never; 1=NOOP on Result2 clear; 2=NOOP on Result2 set; 3=NOOP on Result clear; 4=NOOP on Result set
 5=Execute when one slice enabled.; 6=Execute when two slices are enabled.
 7=Execute when three slices are enabled.; 15=NOOP Always
23-28 u MI Command Opcode =1
29-31 u Command Type =0
instruction 4 2 - MI_STORE_DATA_IMM
0-9 u DWord Length =2
21 u Store Qword
22 b Use Global GTT
23-28 u MI Command Opcode =32
29-31 u Command Type =0
32 u Core Mode Enable
34-79 a Address
96-159 u Immediate Data
instruction 3 2 - MI_STORE_DATA_INDEX
0-7 u DWord Length =1
21 u Use Per-Process Hardware Status Page
23-28 u MI Command Opcode =33
29-31 u Command Type =0
34-43 u Offset
64-95 u Data DWord 0
96-127 u Data DWord 1
instruction 4 2 - MI_STORE_REGISTER_MEM
0-7 u DWord Length =2
21 b Predicate Enable
22 b Use Global GTT
23-28 u MI Command Opcode =36
29-31 u Command Type =0
34-54 o Register Address
66-127 a Memory Address
instruction 4 2 render MI_STORE_URB_MEM
0-7 u DWord Length =2
23-28 u MI Command Opcode =45
29-31 u Command Type =0
34-46 u URB Address
70-127 a Memory Address
instruction 1 1 - MI_SUSPEND_FLUSH
0 b Suspend Flush
23-28 u MI Command Opcode =11
29-31 u Command Type =0
instruction 1 1 render MI_TOPOLOGY_FILTER
0-5 <3D_Prim_Topo_Type> Topology Filter Value
23-28 u MI Command Opcode =13
29-31 u Command Type =0
instruction 1 1 render MI_URB_ATOMIC_ALLOC
0-8 u URB Atomic Storage Size
12-19 u URB Atomic Storage Offset
23-28 u MI Command Opcode =9
29-31 u Command Type =0
instruction 1 1 - MI_USER_INTERRUPT
23-28 u MI Command Opcode =2
29-31 u Command Type =0
instruction 1 1 render|blitter MI_WAIT_FOR_EVENT
0 b Display Plnae 1 A Scan Line Wait Enable
1 b Display Plane 1 Flip Pending Wait Enable
2 b Display Plane 4 Flip Pending Wait Enable
3 b Display Plane 1 A Vertical Blank Wait Enable
6 b Display Plane 7 Flip Pending Wait Enable
7 b Display Plane 8 Flip Pending Wait Enable
8 b Display Plane 1 B Scan Line Wait Enable
9 b Display Plane 2 Flip Pending Wait Enable
10 b Display Plane 5 Flip Pending Wait Enable
11 b Display Plane 1 B Vertical Blank Wait Enable
14 b Display Plane 1 C Scan Line Wait Enable
15 b Display Plane 3 Flip Pending Wait Enable
16 b Display Plane 9 Flip Pending Wait Enable
17 b Display Plane 10 Flip Pending Wait Enable
18 b Display Plane 11 Flip Pending Wait Enable
19 b Display Plane 12 Flip Pending Wait Enable
20 b Display Plane 6 Flip Pending Wait Enable
21 b Display Plane 1 C Vertical Blank Wait Enable
23-28 u MI Command Opcode =3
29-31 u Command Type =0
instruction 1 1 render PIPELINE_SELECT
0-1 u Pipeline Selection
 0=3D; 1=Media; 2=GPGPU
4 b Media Sampler DOP Clock Gate Enable
5 b Force Media Awake
8-15 u Mask Bits
16-23 u 3D Command Sub Opcode =4
24-26 u 3D Command Opcode =1
27-28 u Command SubType =1
29-31 u Command Type =3
instruction 6 2 render PIPE_CONTROL
0-7 u DWord Length =4
16-23 u 3D Command Sub Opcode =0
24-26 u 3D Command Opcode =2
27-28 u Command SubType =3
29-31 u Command Type =3
32 b Depth Cache Flush Enable
33 b Stall At Pixel Scoreboard
34 b State Cache Invalidation Enable
35 b Constant Cache Invalidation Enable
36 b VF Cache Invalidation Enable
37 b DC Flush Enable
39 b Pipe Control Flush Enable
40 b Notify Enable
41 b Indirect State Pointers Disable
42 b Texture Cache Invalidation Enable
43 b Instruction Cache Invalidate Enable
44 b Render Target Cache Flush Enable
45 b Depth Stall Enable
46-47 u Post Sync Operation
 0=No Write; 1=Write Immediate Data; 2=Write PS Depth Count; 3=Write Timestamp
48 b Generic Media State Clear
50 b TLB Invalidate
51 b Global Snapshot Count Reset
52 b Command Streamer Stall Enable
53 u Store Data Index
55 u LRI Post Sync Operation
 0=No LRI Operation; 1=MMIO Write Immediate Data
56 u Destination Address Type ^DAT
 0=PPGTT; 1=GGTT
58 b Flush LLC
66-111 a Address
128-191 u Immediate Data
instruction 65 2 video SFC_AVS_CHROMA_COEFF_TABLE
0-11 u DWord Length =63
16-20 u SubOpcode B =6
21-22 u SubOpcode A =0
23-26 u Media Command Opcode =10
27-28 u Pipeline =2
29-31 u Command Type =3
32-2079 <SFC_AVS_CHROMA_COEFF_TABLE_BODY> AVS CHROMA Coefficient Table Body
instruction 129 2 video SFC_AVS_LUMA_COEFF_TABLE
0-11 u DWord Length =127
16-20 u SubOpcode B =5
21-22 u SubOpcode A =0
23-26 u Media Command Opcode =10
27-28 u Pipeline =2
29-31 u Command Type =3
32-4255 <SFC_AVS_LUMA_COEFF_TABLE_BODY> AVS LUMA Coefficient Table Body
instruction 3 2 video SFC_AVS_STATE
0-11 u DWord Length =1
16-20 u SubOpcode B =2
21-22 u SubOpcode A =0
23-26 u Media Command Opcode =10
27-28 u Pipeline =2
29-31 u Command Type =3
32-1567 <SFC_AVS_STATE_BODY> AVS State Body
instruction 2 2 video SFC_FRAME_START
0-11 u DWord Length =0
16-20 u SubOpcode B =4
21-22 u SubOpcode A =0
23-26 u Media Command Opcode =10
27-28 u Pipeline =2
29-31 u Command Type =3
32-63 u Frame Start Body
instruction 24 2 video SFC_IEF_STATE
0-11 u DWord Length =22
16-20 u SubOpcode B =3
21-22 u SubOpcode A =0
23-26 u Media Command Opcode =10
27-28 u Pipeline =2
29-31 u Command Type =3
32-767 <SFC_IEF_STATE_BODY> SFC IEF State Body
instruction 2 2 video SFC_LOCK
0-11 u DWord Length =0
16-20 u SubOpcode B =0
21-22 u SubOpcode A =0
23-26 u Media Command Opcode =10
27-28 u Pipeline =2
29-31 u Command Type =3
32-63 <SFC_LOCK_BODY> SFC Lock Body
instruction 32 2 video SFC_STATE
0-11 u DWord Length =30
16-20 u SubOpcode B =1
21-22 u SubOpcode A =0
23-26 u Media Command Opcode =10
27-28 u Pipeline =2
29-31 u Command Type =3
32-35 u SFC Pipe Mode
36-39 u SFC Input Chroma Sub-Sampling
 0=4:0:0; 1=4:2:0; 2=4:2:2 Horizonatal; 4=4:4:4 Progressive/Interleaved
40-42 u VD/VE Input Ordering Mode
64-75 u Input Frame Resolution Width
80-91 u Input Frame Resolution Height
96-99 u Output Surface Format Type
101 b RGBA Channel Swap Enable
102-103 u Pre-AVS Chroma Downsampling Enable
104-106 u Pre-AVS Chroma Downsampling Co-siting Position Vertical Direction
108-110 u Pre-AVS Chroma Downsampling Co-siting Position Horizontal Direction
128 b IEF Enable
129 b Skin Tone Tuned IEF_Enable
130 b IEF4 Smooth Enable
132-133 u AVS Filter Mode
 0=5x5 Poly-phase filter + Bilinear; 1=8x8 poly-phase filter + Bilinear; 2=Bilinear filter only
134 b Adaptive Filter for all Channels
135 b AVS Scaling Enable
136 b Bypass Y Adaptive Filtering
137 b Bypass X Adaptive Filtering
140 b Chroma Upsampling Enable
144-145 u Rotation Mode
 0=0; 1=90 CW; 2=180 CW; 3=270 CW
146 b Color Fill Enable
147 b CSC Enable
160-171 u Source Region Width
176-187 u Source Region Height
192-203 u Source Region Horizontal Offset
208-219 u Source Region Vertical Offset
224-235 u Output Frame Width
240-251 u Output Frame Height
256-267 u Scaled Region Size Width
272-283 u Scaled Region Size Height
288-300 i Scaled Region Horizontal Offset
304-316 i Scaled Region Vertical Offset
320-329 u Gray Bar Pixel - U/G
336-345 u Gray Bar Pixel - Y/R
352-361 u Gray Bar Pixel - A
368-377 u Gray Bar Pixel - V/B
384-393 u UV Default value for U channel
400-409 u UV Default value for V channel
416-425 u Alpha Default Value
448-468 u4.17 Scaling Factor Height
480-500 u4.17 Scaling Factor Width
556-591 u Output Frame - Address
609-614 u Output Frame - MOCS !
615-616 <HEVC_ARBITRATION_PRIORITY> Output Frame - Arbitration Priority Control
617 b Output Frame - Memory Compression Enable
618 u Output Frame - Memory Compression Mode
620 b Output Frame - Cache Select
621-622 u Output Frame - Tiled Mode
 0=TRMODE_NONE; 1=TRMODE_TILEYF; 2=TRMODE_TILEYS
652-687 u AVS Line Buffer - Address
705-710 u AVS Line Buffer - MOCS !
711-712 <HEVC_ARBITRATION_PRIORITY> AVS Line Buffer - Arbitration Priority Control
713 b AVS Line Buffer - Memory Compression Enable
714 u AVS Line Buffer - Memory Compression Mode
 0=Horizontal Compression Mode
716 u AVS Line Buffer - Cache Select
 0=LLC
717-718 u AVS Line Buffer - Tiled Mode
 0=TRMODE_NONE; 1=TRMODE_TILEYF; 2=TRMODE_TILEYS
748-783 u IEF Line Buffer - Address
801-806 u IEF Line Buffer - MOCS !
807-808 <HEVC_ARBITRATION_PRIORITY> IEF Line Buffer - Arbitration Priority Control
809 b IEF Line Buffer - Memory Compression Enable
810 u IEF Line Buffer - Memory Compression Mode
812 u IEF Line Buffer - Cache Select
813-814 u IEF Line Buffer - Tiled Mode
 0=TRMODE_NONE; 1=TRMODE_TILEYF; 2=TRMODE_TILEYS
928 u Output Surface Tile Walk ^TW
 0=XMAJOR; 1=YMAJOR
929 b Output Surface Tiled
930 b Output Surface Half Pitch for Chroma
931-947 u Output Surface Pitch
955 b Output Surface Interleave Chroma Enable
956-959 u Output Surface Format
960-973 u Output Surface Y Offset for U
976-989 u Output Surface X Offset for U
992-1005 u Output Surface Y Offset for V
1008-1021 u Output Surface X Offset for V
instruction 19 2 render STATE_BASE_ADDRESS
0-7 u DWord Length =17
16-23 u 3D Command Sub Opcode =1
24-26 u 3D Command Opcode =1
27-28 u Command SubType =0
29-31 u Command Type =3
32 b General State Base Address Modify Enable
36-42 u General State MOCS !
44-95 a General State Base Address
112-118 u Stateless Data Port Access MOCS !
128 b Surface State Base Address Modify Enable
132-138 u Surface State MOCS !
140-191 a Surface State Base Address
192 b Dynamic State Base Address Modify Enable
196-202 u Dynamic State MOCS !
204-255 a Dynamic State Base Address
256 b Indirect Object Base Address Modify Enable
260-266 u Indirect Object MOCS !
268-319 a Indirect Object Base Address
320 b Instruction Base Address Modify Enable
324-330 u Instruction MOCS !
332-383 a Instruction Base Address
384 b General State Buffer Size Modify Enable
396-415 u General State Buffer Size
416 b Dynamic State Buffer Size Modify Enable
428-447 u Dynamic State Buffer Size
448 b Indirect Object Buffer Size Modify Enable
460-479 u Indirect Object Buffer Size
480 b Instruction Buffer size Modify Enable
492-511 u Instruction Buffer Size
512 b Bindless Surface State Base Address Modify Enable
516-522 u Bindless Surface State MOCS !
524-575 a Bindless Surface State Base Address
588-607 u Bindless Surface State Size
instruction 2 2 render STATE_PREFETCH
0-7 u DWord Length =0
16-23 u 3D Command Sub Opcode =3
24-26 u 3D Command Opcode =0
27-28 u Command SubType =0
29-31 u Command Type =3
32-34 u Prefetch Count
38-63 a Prefetch Pointer
instruction 3 2 render STATE_SIP
0-7 u DWord Length =1
16-23 u 3D Command Sub Opcode =2
24-26 u 3D Command Opcode =1
27-28 u Command SubType =0
29-31 u Command Type =3
36-95 o System Instruction Pointer
instruction 62 2 video VDENC_CONST_QPT_STATE
0-11 u DWord Length =60
16-20 u SubOpcode B =6
21-22 u SubOpcode A =0
23-26 u Media Command Opcode =1
27-28 u Pipeline =2
29-31 u Command Type =3
32-39 u QP Lambda Array Index[n]
384-399 u Skip Threshold Array Index[n]
832-847 u SIC Forward Transform Coeff Threshold Matrix0 Array Index[n]
1280-1287 u SIC Forward Transform Coeff Threshold Matrix1/3/5 Array Index[n]
1504-1511 u SIC Forward Transform Coeff Threshold Matrix2 Array Index[n]
1728-1735 u SIC Forward Transform Coeff Threshold Matrix4/6 Array Index[n]
instruction 6 2 video VDENC_DS_REF_SURFACE_STATE
0-11 u DWord Length =4
16-20 u SubOpcode B =3
21-22 u SubOpcode A =0
23-26 u Media Command Opcode =1
27-28 u Pipeline =2
29-31 u Command Type =3
64-191 <VDENC_SURFACE_STATE_FIELDS> 8X Surface State
instruction 36 2 video VDENC_IMG_STATE
0-11 u DWord Length =34
16-20 u SubOpcode B =5
21-22 u SubOpcode A =0
23-26 u Media Command Opcode =1
27-28 u Pipeline =2
29-31 u Command Type =3
34 b Bidirectional Mix Disable
38 b VDEnc Extended PAK_OBJ_ Command Enable
39 b Transform 8x8
40-41 u VDEnc L1 Cache Priority
48-63 u Lambda Value for Trellis
92 b Unidirectional Mix Disable
112-127 u Picture Width
140-141 u Sub-Pel Mode
145 b Forward Transform Skip Check Enable
147 b Block-Based Skip Enable
148-149 u Inter SAD Measure Adjustment ^ISMA
 0=None; 2=Haar Transform Adjusted
150-151 u Intra SAD Measure Adjustment ^ISMA
 0=None; 2=Haar Transform Adjusted
152-158 u Sub-MB Sub-Partition Mask
159 u Block-Based Skip Type
160-175 u Picture Height
176 b CRE Prefetch Enable
177 b HME Ref1 Disable
178-181 u MB Slice Threshold Value
186 b Constrained Intra Prediction
189-190 u Picture Type ^PI
 0=I; 1=P
192-207 u Slice MB Height
248-255 i HME1 Y Offset
256-260 u Luma Intra Partition Mask
261 u Non Skip Zero MV Cost Added
262 u Non Skip MB Mode Cost Added
272-273 u MV Cost Scaling Factor
 0=Qpel; 1=Hpel; 2=Pel; 3=2pel
274 b BiLinear Filter Enable
278 u RefID Cost Mode Select
288-295 u Mode 0 Cost
296-303 u Mode 1 Cost
304-311 u Mode 2 Cost
312-319 u Mode 3 Cost
320-327 u Mode 4 Cost
328-335 u Mode 5 Cost
336-343 u Mode 6 Cost
344-351 u Mode 7 Cost
352-359 u Mode 8 Cost
360-367 u Mode 9 Cost
368-375 u RefID Cost
376-383 u Chroma Intra Mode Cost
384-447 u MV Cost
448-455 u QpPrimeY
472-479 u TargetSizeInWord
544-552 u AVC Intra 4x4 Mode Mask
560-568 u AVC Intra 8x8 Mode Mask
576-579 u AVC Intra 16x16 Mode Mask
580-583 u AVC Intra Chroma Mode Mask
584-585 u Intra Compute Type
640-647 u Penalty for Intra 16x16 Non-DC Prediction
648-655 u Penalty for Intra 8x8 Non-DC Prediction
656-663 u Penalty for Intra 4x4 Non-DC Prediction
672-679 u Intra Refresh MB Position
680-687 u Intra Refresh MB Size
688 b Intra Refresh Enable (Rolling-I Enable)
689 u Intra Refresh Mode
 0=Row Based; 1=Column Based
696-703 i QP Adjustment for Rolling-I
704-719 u PanicModeMBThreshold
720-727 u SmallMbSizeInWord
728-735 u LargeMbSizeInWord
736-743 i L0 Number of References
752-759 i L1 Number of References
840-847 u HME Ref Windows Combining Threshold
864-879 u Max Horizontal MV Range
880-895 u Max Vertical MV Range
896-959 u HME MV Cost
960-963 i ROI QP Adjustment for Zone0
964-967 i ROI QP Adjustment for Zone1
968-971 i ROI QP Adjustment for Zone2
972-975 i ROI QP Adjustment for Zone3
976-979 i QP Adjustment for Shape Best Intra 4x4 Winner
980-983 i QP Adjustment for Shape Best Intra 8x8 Winner
984-987 i QP Adjustment for Shape Best Intra 16x16 Winner
992-995 i Best Distortion QP Adjustment for Zone0
996-999 i Best Distortion QP Adjustment for Zone1
1000-1003 i Best Distortion QP Adjustment for Zone2
1004-1007 i Best Distortion QP Adjustment for Zone3
1008-1023 u Sad/Haar Threshold 0
1024-1039 u Sad/Haar Threshold 1
1040-1055 u Sad/Haar Threshold 2
1056-1063 u Min QP
1064-1071 u Max QP
1080-1083 u Max Delta QP
1088 b ROI Enable
1089 b Fwd/Predictor0 MV Enable
1090 b Bwd/Predictor1 MV Enable
1091 b MB Level QP Enable
1092 b TargetSizeinWordsMB/MaxSizeinWordsMB Enable
1096 b PPMV Disable
1097 b Coefficient Clamp Enable
1098 b Long Term Reference Frame Bwd Ref0 Indicator
1099 b Long Term Reference Frame Fwd Ref2 Indicator
1100 b Long Term Reference Frame Fwd Ref1 Indicator
1101 b Long Term Reference Frame Fwd Ref0 Indicator
1104-1119 u Midpoint Sad/Haar
instruction 38 2 video VDENC_PIPE_BUF_ADDR_STATE
0-11 u DWord Length =36
16-20 u SubOpcode B =4
21-22 u SubOpcode A =0
23-26 u Media Command Opcode =1
27-28 u Pipeline =2
29-31 u Command Type =3
32-127 <VDENC_PICTURE> DS FWD REF0
128-223 <VDENC_PICTURE> DS FWD REF1
320-415 <VDENC_PICTURE> Original Uncompressed Picture
416-511 <VDENC_PICTURE> Stream-In Data Picture
512-607 <VDENC_PICTURE> Row Store Scratch Buffer
608-703 <VDENC_PICTURE> Colocated MV Read Buffer
704-799 <VDENC_PICTURE> FWD REF0
800-895 <VDENC_PICTURE> FWD REF1
896-991 <VDENC_PICTURE> FWD REF2
992-1087 <VDENC_PICTURE> BWD REF0
1088-1183 <VDENC_PICTURE> VDEnc Statistics Stream-Out
instruction 2 2 video VDENC_PIPE_MODE_SELECT
0-11 u DWord Length =0
16-20 u SubOpcode B =0
21-22 u SubOpcode A =0
23-26 u Media Command Opcode =1
27-28 u Pipeline =2
29-31 u Command Type =3
32-35 u Standard Select ^SS
 2=AVC
37 b Frame Statistics Stream-Out Enable
39 b TLB Prefetch Enable
40 b PAK Threshold Check Enable
41 b VDEnc Stream-In Enable
47-48 u PAK Chroma Sub-Sampling Type
 1=4:2:0; 3=4:4:4
49 b Output Range Control After Color Space Conversion
instruction 6 2 video VDENC_REF_SURFACE_STATE
0-11 u DWord Length =4
16-20 u SubOpcode B =2
21-22 u SubOpcode A =0
23-26 u Media Command Opcode =1
27-28 u Pipeline =2
29-31 u Command Type =3
64-191 <VDENC_SURFACE_STATE_FIELDS> Surface State
instruction 6 2 video VDENC_SRC_SURFACE_STATE
0-11 u DWord Length =4
16-20 u SubOpcode B =1
21-22 u SubOpcode A =0
23-26 u Media Command Opcode =1
27-28 u Pipeline =2
29-31 u Command Type =3
64-191 <VDENC_SURFACE_STATE_FIELDS> Surface State
instruction 2 2 video VDENC_WALKER_STATE
0-11 u DWord Length =0
16-20 u SubOpcode B =7
21-22 u SubOpcode A =0
23-26 u Media Command Opcode =1
27-28 u Pipeline =2
29-31 u Command Type =3
32-40 u MB/LCU Start Y Position
48-56 u MB/LCU Start X Position
60 b First Super Slice
192 b Tile Stream-In Offset Enable
198-223 u Tile Stream-In Offset
224 b Tile Row Store Offset Enable
230-255 u Tile Row Store Offset
256 b Tile Stream-Out Offset Enable
262-287 u Tile Stream-Out Offset
288 b Tile LCU Stream-Out Offset Enable
294-319 u Tile LCU Stream-Out Offset
instruction 2 2 video VD_PIPELINE_FLUSH
0-11 u DWord Length =0
16-20 u SubOpcode B =0
21-22 u SubOpcode A =0
23-26 u Media Command Opcode =15
27-28 u Pipeline =2
29-31 u Command Type =3
32 b HEVC Pipeline Done
33 b VD-ENC Pipeline Done
35 b MFX Pipeline Done
36 b VD Command/Message Parser Done
48 b HEVC Pipeline Command Flush
49 b VD-ENC Pipeline Command Flush
51 b MFX Pipeline Command Flush
register 1 205c ACTHD_UDW
0-15 u Head Pointer Upper DWORD =0
register 1 2205c BCS_ACTHD_UDW
0-15 u Head Pointer Upper DWORD =0
register 1 2206c BCS_INSTDONE
0 b Ring Enable
1 b Blitter IDLE =1
2 b GAB IDLE =1
3 b BCS Done =1
register 1 2203c BCS_RING_BUFFER_CTL
0 b Ring Buffer Enable
1-2 u Automatic Report Head Pointer
 0=MI_AUTOREPORT_OFF; 1=MI_AUTOREPORT_64KB; 2=MI_AUTOREPORT_4KB; 3=MI_AUTOREPORT_128KB
8 b Disable Register Accesses
10 b Semaphore Wait
11 b RBWait
12-20 u Buffer Length (in pages - 1)
register 1 7000 CACHE_MODE_0
0 b Null tile fix disable
1 b Disable clock gating in the pixel backend
2 b Hierarchical Z RAW Stall Optimization Disable
4 b RCC Eviction Policy
5 b STC PMA Optimization Enable
6-7 u Sampler L2 Request Arbitration
 0=Round Robin; 1=Fetch are Highest Priority; 2=Constants are Highest Priority
9 b Sampler L2 TLB Prefetch Enable
11 b Sampler Set Remapping for 3D Disable
12-14 u MSAA Compression Plane Number Threshold for eLLC
15 b Sampler L2 Disable
16 b Null tile fix disable Mask
17 b Disable clock gating in the pixel backend Mask
18 b Hierarchical Z RAW Stall Optimization Disable Mask
20 b RCC Eviction Policy Mask
21 b STC PMA Optimization Enable Mask
22-23 u Sampler L2 Request Arbitration Mask
25 b Sampler L2 TLB Prefetch Enable Mask
27 b Sampler Set Remapping for 3D Disable Mask
28-30 u MSAA Compression Plane Number Threshold for eLLC Mask
31 b Sampler L2 Disable Mask
register 1 7004 CACHE_MODE_1
1 b Partial Resolve Disable In VC
2 b RCZ Read after expansion control fix 2
3 b Depth Read Hit Write-Only Optimization Disable
4 b Float Blend Optimization Enable
5 b MCS Cache Disable
6 b 4X4 RCPFE-STC Optimization Disable
7-8 u Sampler Cache Set XOR selection
9 b MSC RAW Hazard Avoidance Bit
11 u NP PMA Fix Enable
12 u HIZ Eviction Policy
13 u NP Early Z Fails Disable
14 b Blend Optimization Fix Disable
15 b Color Compression Disable
17 b Partial Resolve Disable In VC Mask
18 b RCZ Read after expansion control fix 2 Mask
19 b Depth Read Hit Write-Only Optimization Disable Mask
20 b Float Blend Optimization Enable Mask
21 b MCS Cache Disable Mask
22 b 4X4 RCPFE-STC Optimization Disable Mask
23-24 u Sampler Cache Set XOR selection Mask
25 b MSC RAW Hazard Avoidance Bit Mask
27 b NP PMA Fix Enable Mask
28 b HIZ Eviction Policy Mask
29 b NP Early Z Fails Disable Mask
30 b Blend Optimization Fix Disable Mask
31 b Color Compression Disable Mask
register 2 2338 CL_INVOCATION_COUNT
0-63 u CL Invocation Count Report
register 2 2340 CL_PRIMITIVES_COUNT
0-63 u CL Primitives Count Report
register 1 2580 CS_CHICKEN1
0 u Replay Mode
 0=Mid-cmdbuffer Preemption; 1=Object Level Preemption
16 b Replay Mode Mask
register 1 20d8 CS_DEBUG_MODE2
0 b 3D Rendering Instruction Disable
1 b Media Instruction Disable
4 b CONSTANT_BUFFER Address Offset Disable
16 b 3D Rendering Instruction Disable Mask
17 b Media Instruction Disable Mask
20 b CONSTANT_BUFFER Address Offset Disable Mask
register 2 2290 CS_INVOCATION_COUNT
0-63 u CS Invocation Count Report
register 2 2308 DS_INVOCATION_COUNT
0-63 u DS Invocation Count Report
register 1 4094 FAULT_REG
0 b Valid Bit
1-2 u Fault Type
 0=Invalid PTE Fault; 1=Invalid PDE Fault; 2=Invalid PDPE Fault; 3=Invalid PML4E Fault
3-10 u SRCID of Fault
11 u GTTSEL
 0=PPGTT; 1=GGTT
12-14 u Engine ID
 0=GFX; 1=MFX0; 2=MFX1; 3=VEBX; 4=BLT; 5=GUC
register 1 40a0 GFX_ARB_ERROR_RPT
0 b TLB Page Fault Error
1 b RSTRM PAVP Read Invalid
2 b Invalid Page Directory Entry Error
3 b ROSTRM PAVP Invalid Physical Address
4 b TLB Page VTD Translation Error
5 b WRDP PAVP Invalid
6 b Page Directory Entry VTD Translation Error
8 b Unloaded PD Error
9 b GuC VTd translation Page Fault 2nd level (Undefined doorbell)
10 b Non WB memory type for Advanced Context
11 b PASID Not Enabled
12 b PASID Boundary Violation
13 b PASID Not Valid
14 b PASID Was Zero For Untranslated Request
15 b Context Was Not Marked As Present When Doing DMA
register 2 2328 GS_INVOCATION_COUNT
0-63 u GS Invocation Count Report
register 2 2330 GS_PRIMITIVES_COUNT
0-63 u GS Primitives Count Report
register 1 7008 GT_MODE
8-9 u Subslice Hashing
 0=8x8; 1=16x4; 2=8x4; 3=16x16
11-12 u Slice Hashing
 0=NORMAL; 1=DISABLED; 2=32x16; 3=32x32
24-25 i Subslice Hashing Mask
27-28 i Slice Hashing Mask
register 2 2300 HS_INVOCATION_COUNT
0-63 u HS Invocation Count Report
register 2 2318 IA_PRIMITIVES_COUNT
0-63 u IA Primitives Count Report
register 2 2310 IA_VERTICES_COUNT
0-63 u IA Vertices Count Report
register 1 206c INSTDONE_1
0 b PRB0 Ring Enable
1 b VFG Done
2 b VS Done
3 b HS Done
4 b TE Done
5 b DS Done
6 b GS Done
7 b SOL Done
8 b CL Done
9 b SF Done
12 b TDG Done
13 b URBM Done
14 b SVG Done
15 b GAFS Done
16 b VFE Done
17 b TSG Done
18 b GAFM Done
19 b GAM Done
20 b RS Done
21 b CS Done
22 b SDE Done
23 b RCCFBC CS Done
register 1 7034 L3CNTLREG
0 b SLM Enable
1-7 u URB Allocation
11-17 u RO Allocation
18-24 u DC Allocation
25-31 u All Allocation
register 2 91b8 PERFCNT1
0-43 u Value
52-59 u Event Selection
60 b Counter Clear
61 b Edge Detect
62 b Overflow Enable
63 b Counter Enable
register 2 91c0 PERFCNT2
0-43 u Value
52-59 u Event Selection
60 b Counter Clear
61 b Edge Detect
62 b Overflow Enable
63 b Counter Enable
register 2 2348 PS_INVOCATION_COUNT
0-63 u PS Invocation Count Report
register 1 203c RCS_RING_BUFFER_CTL
0 b Ring Buffer Enable
1-2 u Automatic Report Head Pointer
 0=MI_AUTOREPORT_OFF; 1=MI_AUTOREPORT_64KB; 2=MI_AUTOREPORT_4KB; 3=MI_AUTOREPORT_128KB
10 b Semaphore Wait
11 b RBWait
12-20 u Buffer Length (in pages - 1)
register 1 e164 ROW_INSTDONE
0 b BC Done
1 b PSD Done
3 b DAPR Done
6 b TDL Done
12 b IC Done
15 b MA0 Done
16 b EU00 Done SS0
17 b EU01 Done SS0
18 b EU02 Done SS0
19 b EU03 Done SS0
21 b EU10 Done SS0
22 b EU11 Done SS0
23 b EU12 Done SS0
24 b EU13 Done SS0
26 b MA1 Done SS0
register 1 a01c RPSTAT0
0-8 u Previous GT Frequency
23-31 u Current GT Frequency
register 1 e160 SAMPLER_INSTDONE
0 b IME Done
1 b PL0 Done
2 b SO0 Done
3 b DG0 Done
4 b FT0 Done
5 b DM0 Done
6 b SC Done
7 b FL0 Done
8 b QC Done
9 b SVSM Done
10 b SI0 Done
11 b MT0 Done
12 b AVS Done
13 b IEF Done
14 b CRE Done
15 b SVSM ARB3
16 b SVSM ARB2
17 b SVSM ARB1
18 b SVSM Adapter
19 b BDM Done
register 1 7100 SC_INSTDONE
0 b SVL Done
1 b WMFE Done
2 b WMBE Done
3 b HIZ Done
4 b STC Done
5 b IZ Done
6 b SBE Done
8 b RCZ Done
9 b RCC Done
10 b RCPBE Done
11 b RCPFE Done
12 b DAPB Done
13 b DAPRBE Done
15 b SARB Done
16 b DC0 Done
17 b DC1 Done
18 b DC2 Done
19 b DC3 Done
20 b GW0 Done
21 b GW1 Done
22 b GW2 Done
23 b GW3 Done
24 b TDC Done
register 1 731c SLICE_COMMON_ECO_CHICKEN1
7 u GLK Barrier Mode
 0=GLK_BARRIER_MODE_GPGPU; 1=GLK_BARRIER_MODE_3D_HULL
23 b GLK Barrier Mode Mask
register 2 5200 SO_NUM_PRIMS_WRITTEN0
0-63 u Num Prims Written Count
register 2 5208 SO_NUM_PRIMS_WRITTEN1
0-63 u Num Prims Written Count
register 2 5210 SO_NUM_PRIMS_WRITTEN2
0-63 u Num Prims Written Count
register 2 5218 SO_NUM_PRIMS_WRITTEN3
0-63 u Num Prims Written Count
register 2 5240 SO_PRIM_STORAGE_NEEDED0
0-63 u Prim Storage Needed Count
register 2 5248 SO_PRIM_STORAGE_NEEDED1
0-63 u Prim Storage Needed Count
register 2 5250 SO_PRIM_STORAGE_NEEDED2
0-63 u Prim Storage Needed Count
register 2 5258 SO_PRIM_STORAGE_NEEDED3
0-63 u Prim Storage Needed Count
register 1 5280 SO_WRITE_OFFSET0
2-31 o Write Offset
register 1 5284 SO_WRITE_OFFSET1
2-31 o Write Offset
register 1 5288 SO_WRITE_OFFSET2
2-31 o Write Offset
register 1 528c SO_WRITE_OFFSET3
2-31 o Write Offset
register 1 1203c VCS2_RING_BUFFER_CTL
0 b Ring Buffer Enable
1-2 u Automatic Report Head Pointer
 0=MI_AUTOREPORT_OFF; 1=MI_AUTOREPORT_64KB; 2=MI_AUTOREPORT_4KB; 3=MI_AUTOREPORT_128KB
8 b Disable Register Accesses
10 b Semaphore Wait
11 b RBWait
12-20 u Buffer Length (in pages - 1)
register 1 1205c VCS_ACTHD_UDW
0-15 u Head Pointer Upper DWORD =0
register 1 1206c VCS_INSTDONE
0 b Ring Enable
1 b USB Done
2 b QRC Done
3 b SEC Done
4 b MPC Done
5 b VFT Done
6 b BSP Done
7 b VLF Done
8 b VOP Done
9 b VMC Done
10 b VIP Done
11 b VIT Done
12 b VDS Done
13 b VMX Done
14 b VCP Done
15 b VCD Done
16 b VAD Done
17 b VMD Done
18 b VIS Done
19 b VAC Done
20 b VAM Done
21 b JPG Done
22 b VBP Done
23 b VHR Done
24 b VCI Done
25 b VCR Done
26 b VIN Done
27 b VPR Done
28 b VTQ Done
29 b Reserved
30 b VCS Done
31 b GAC Done
register 1 1203c VCS_RING_BUFFER_CTL
0 b Ring Buffer Enable
1-2 u Automatic Report Head Pointer
 0=MI_AUTOREPORT_OFF; 1=MI_AUTOREPORT_64KB; 2=MI_AUTOREPORT_4KB; 3=MI_AUTOREPORT_128KB
8 b Disable Register Accesses
10 b Semaphore Wait
11 b RBWait
12-20 u Buffer Length (in pages - 1)
register 1 1a05c VECS_ACTHD_UDW
0-15 u Head Pointer Upper DWORD =0
register 1 1a06c VECS_INSTDONE
0 b Ring Enable
30 b VECS Done
31 b GAM Done
register 1 1a03c VECS_RING_BUFFER_CTL
0 b Ring Buffer Enable
1-2 u Automatic Report Head Pointer
 0=MI_AUTOREPORT_OFF; 1=MI_AUTOREPORT_64KB; 2=MI_AUTOREPORT_4KB; 3=MI_AUTOREPORT_128KB
8 b Disable Register Accesses
10 b Semaphore Wait
11 b RBWait
12-20 u Buffer Length (in pages - 1)
register 2 2320 VS_INVOCATION_COUNT
0-63 u VS Invocation Count Report
`;
